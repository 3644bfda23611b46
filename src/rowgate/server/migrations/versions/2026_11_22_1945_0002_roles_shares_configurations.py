"""Create what roles, shares, configurations and the audit need; the search of documents; the first hierarchy.

Revision: 0002
Revises: 0001
Created: 2026-11-22 19:45:12.400418+00:00
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0002"
down_revision: str | Sequence[str] | None = "0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# The keys that the first migration gave. An admin may whatever a paying user may, who may whatever a free one may.
ADMIN = UUID("01a20350-1755-7a8f-afe7-bf61fface04b")
PAID_USER = UUID("01a20350-1755-7a8f-b068-fdfe407e62f8")
FREE_USER = UUID("01a20350-1755-7a8f-b0d2-b19d71450198")
HIERARCHY = [{"senior_id": ADMIN, "junior_id": PAID_USER}, {"senior_id": PAID_USER, "junior_id": FREE_USER}]

SEARCH = (
    "setweight(to_tsvector('english'::regconfig, title::text), 'A'::\"char\")"
    " || setweight(to_tsvector('english'::regconfig, left(content, 200000)), 'B'::\"char\")"
)


def upgrade() -> None:
    """Create the tables in the order of their foreign keys."""
    create_role_parents()
    create_role_exclusions()
    create_document_shares()
    create_configurations()
    create_role_configurations()
    create_audit_log()
    op.add_column(
        "documents",
        sa.Column("search", postgresql.TSVECTOR(), sa.Computed(SEARCH, persisted=True), nullable=True),
    )
    op.create_index("ix_documents_search", "documents", ["search"], postgresql_using="gin")


def create_role_parents() -> None:
    """Create the role hierarchy, with what the three roles inherit from each other."""
    parents = op.create_table(
        "role_parents",
        sa.Column("senior_id", sa.Uuid(), nullable=False),
        sa.Column("junior_id", sa.Uuid(), nullable=False),
        moment("added_at"),
        sa.Column("added_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("senior_id <> junior_id", name="ck_role_parents_not_itself"),
        sa.PrimaryKeyConstraint("senior_id", "junior_id", name="pk_role_parents"),
        *(refers("role_parents", "senior_id", "roles"), refers("role_parents", "junior_id", "roles")),
        refers("role_parents", "added_by", "users"),
    )
    index("role_parents", "junior_id")
    index("role_parents", "added_by")
    op.bulk_insert(parents, HIERARCHY, multiinsert=False)


def create_role_exclusions() -> None:
    """Create the pairs of roles that exclude each other."""
    op.create_table(
        "role_exclusions",
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("first_id", sa.Uuid(), nullable=False),
        sa.Column("second_id", sa.Uuid(), nullable=False),
        moment("added_at"),
        sa.Column("added_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("first_id < second_id", name="ck_role_exclusions_in_order"),
        sa.CheckConstraint("kind IN ('static', 'dynamic')", name="ck_role_exclusions_kind"),
        sa.PrimaryKeyConstraint("kind", "first_id", "second_id", name="pk_role_exclusions"),
        *(refers("role_exclusions", "first_id", "roles"), refers("role_exclusions", "second_id", "roles")),
        refers("role_exclusions", "added_by", "users"),
    )
    for column in ("first_id", "second_id", "added_by"):
        index("role_exclusions", column)


def create_document_shares() -> None:
    """Create the shares of documents, each with a user or with a role."""
    op.create_table(
        "document_shares",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("role_id", sa.Uuid(), nullable=True),
        sa.Column("level", sa.String(length=10), nullable=False),
        moment("granted_at"),
        sa.Column("granted_by", sa.Uuid(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(user_id IS NULL) <> (role_id IS NULL)", name="ck_document_shares_one_grantee"),
        sa.CheckConstraint("level IN ('viewer', 'editor')", name="ck_document_shares_level"),
        sa.PrimaryKeyConstraint("id", name="pk_document_shares"),
        *(refers("document_shares", "document_id", "documents"), refers("document_shares", "user_id", "users")),
        *(refers("document_shares", "role_id", "roles"), refers("document_shares", "granted_by", "users")),
    )
    for grantee in ("user_id", "role_id"):
        pair = ["document_id", grantee]
        op.create_index(f"uq_document_shares_document_id_{grantee}", "document_shares", pair, unique=True)
    for column in ("user_id", "role_id", "granted_by"):
        index("document_shares", column)


def create_configurations() -> None:
    """Create the configurations."""
    op.create_table(
        "configurations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("value", postgresql.JSONB(), nullable=False),
        sa.Column("description", sa.String(length=255), nullable=True),
        moment("created_at"),
        moment("updated_at"),
        sa.PrimaryKeyConstraint("id", name="pk_configurations"),
        sa.UniqueConstraint("name", name="uq_configurations_name"),
    )


def create_role_configurations() -> None:
    """Create the grants of configurations to roles."""
    op.create_table(
        "role_configurations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("role_id", sa.Uuid(), nullable=False),
        sa.Column("configuration_id", sa.Uuid(), nullable=False),
        sa.Column("access_level", sa.Integer(), server_default="1", nullable=False),
        moment("granted_at"),
        sa.Column("granted_by", sa.Uuid(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("access_level >= 1", name="ck_role_configurations_access_level"),
        sa.PrimaryKeyConstraint("id", name="pk_role_configurations"),
        refers("role_configurations", "role_id", "roles"),
        refers("role_configurations", "configuration_id", "configurations"),
        refers("role_configurations", "granted_by", "users"),
    )
    op.create_index(
        "uq_role_configurations_configuration_id_role_id",
        "role_configurations",
        ["configuration_id", "role_id"],
        unique=True,
    )
    for column in ("role_id", "granted_by"):
        index("role_configurations", column)


def create_audit_log() -> None:
    """Create the audit, without foreign keys: a line stays true when what it names is gone."""
    op.create_table(
        "audit_log",
        sa.Column("id", sa.Uuid(), nullable=False),
        moment("at"),
        sa.Column("kind", sa.String(length=50), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("target_type", sa.String(length=50), nullable=True),
        sa.Column("target_id", sa.Uuid(), nullable=True),
        sa.Column("detail", postgresql.JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("reason", sa.String(length=255), nullable=True),
        sa.Column("address", sa.String(length=64), nullable=True),
        sa.Column("request", sa.String(length=255), nullable=True),
        sa.Column("request_id", sa.String(length=128), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_audit_log"),
    )
    index("audit_log", "at")
    for column in ("kind", "actor_id", "target_id"):
        op.create_index(f"ix_audit_log_{column}_id", "audit_log", [column, "id"])


def moment(name: str) -> sa.Column[Any]:
    """Return a column that the database's clock fills."""
    return sa.Column(name, sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False)


def refers(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    """Return a foreign key by the names of this project."""
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=f"fk_{table}_{column}_{other}", ondelete="RESTRICT")


def index(table: str, column: str) -> None:
    """Create an index on one column by the names of this project."""
    op.create_index(f"ix_{table}_{column}", table, [column])


def downgrade() -> None:
    """Drop what was made, and with the tables their indexes, in the opposite order."""
    op.drop_index("ix_documents_search", table_name="documents")
    op.drop_column("documents", "search")
    for table in (
        "audit_log",
        "role_configurations",
        "configurations",
        "document_shares",
        "role_exclusions",
        "role_parents",
    ):
        op.drop_table(table)
