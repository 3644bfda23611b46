"""Create the first tables and the three roles.

Revision: 0001
Revises: nothing
Created: 2026-11-22 12:51:50.045190+00:00
"""

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from alembic import op

revision: str = "0001"
down_revision: str | Sequence[str] | None = None
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# The same keys in every installation, so that a dump of one can be read into another.
ROLES = [
    {
        "id": UUID("01a20350-1755-7a8f-afe7-bf61fface04b"),
        "name": "admin",
        "description": "Reads every document, and deleted ones on demand",
    },
    {
        "id": UUID("01a20350-1755-7a8f-b068-fdfe407e62f8"),
        "name": "paid_user",
        "description": "Reads every public document",
    },
    {
        "id": UUID("01a20350-1755-7a8f-b0d2-b19d71450198"),
        "name": "free_user",
        "description": "Reads public documents that need no paid access",
    },
]


def upgrade() -> None:
    """Create the tables in the order of their foreign keys."""
    create_roles()
    create_users()
    create_user_roles()
    create_documents()


def create_roles() -> None:
    """Create roles with the three that come with the server."""
    roles = op.create_table(
        "roles",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=50), nullable=False),
        sa.Column("description", sa.String(length=255), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_roles"),
        sa.UniqueConstraint("name", name="uq_roles_name"),
    )
    op.bulk_insert(roles, ROLES, multiinsert=False)


def create_users() -> None:
    """Create users; names and addresses are unique whatever their case."""
    op.create_table(
        "users",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("username", sa.String(length=50), nullable=False),
        sa.Column("email", sa.String(length=255), nullable=False),
        sa.Column("hashed_password", sa.String(length=255), nullable=False),
        sa.Column("is_active", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
    )
    op.create_index("uq_users_username_lower", "users", [sa.text("lower(username)")], unique=True)
    op.create_index("uq_users_email_lower", "users", [sa.text("lower(email)")], unique=True)


def create_user_roles() -> None:
    """Create the assignments of roles to users."""
    op.create_table(
        "user_roles",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("role_id", sa.Uuid(), nullable=False),
        sa.Column("assigned_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("assigned_by", sa.Uuid(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("user_id", "role_id", name="pk_user_roles"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_user_roles_user_id_users", ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["role_id"], ["roles.id"], name="fk_user_roles_role_id_roles", ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(
            ["assigned_by"], ["users.id"], name="fk_user_roles_assigned_by_users", ondelete="RESTRICT"
        ),
    )
    op.create_index("ix_user_roles_role_id", "user_roles", ["role_id"])
    op.create_index("ix_user_roles_assigned_by", "user_roles", ["assigned_by"])


def create_documents() -> None:
    """Create documents with an index for each arm of their policy."""
    op.create_table(
        "documents",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(length=255), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("is_deleted", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("is_public", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("requires_paid_access", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_documents"),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name="fk_documents_owner_id_users", ondelete="RESTRICT"),
    )
    op.create_index("ix_documents_owner_id_id", "documents", ["owner_id", "id"])
    op.create_index("ix_documents_visibility", "documents", ["is_public", "requires_paid_access", "is_deleted", "id"])


def downgrade() -> None:
    """Drop the tables, and with them their indexes, in the opposite order."""
    op.drop_table("documents")
    op.drop_table("user_roles")
    op.drop_table("users")
    op.drop_table("roles")
