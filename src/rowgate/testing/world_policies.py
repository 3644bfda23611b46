"""The policies of the suite's world. `world_truth` says the same in plain Python; neither reads the other."""

from sqlalchemy import Integer, Uuid, and_, exists

from rowgate.catalog import Catalog
from rowgate.permission import can
from rowgate.policy import EVERYONE
from rowgate.principal import principal
from rowgate.testing.world_kinds import Article, Asset, Attachment, Card, Film, Part, Plant, Ticket, Tree
from rowgate.testing.world_models import (
    Base,
    Block,
    Comment,
    Document,
    Draft,
    Folder,
    Measurement,
    Note,
    OfTenant,
    Posting,
    Role,
    Scratch,
    Share,
    Tag,
    User,
    UserRole,
    Vault,
    document_tags,
)

ROLES = {"admin", "paid_user", "free_user"}


def make_catalog() -> Catalog:
    """Return a new catalog of the world, not frozen yet."""
    catalog = Catalog(Base, principal_id=Uuid(), roles=ROLES)
    _people(catalog)
    _documents(catalog)
    _kinds(catalog)
    for entity in (Folder, Note, Posting, Measurement, Draft, Ticket, Card):
        owned = catalog.policy(entity)
        owned.allow("read", "create", "update", "delete", when=entity.owner_id == principal.id)
    vaults = catalog.policy(Vault, barrier=True)
    vaults.allow("read", "create", "update", "delete", when=Vault.owner_id == principal.id)
    tenants = catalog.policy(OfTenant)
    tenants.restrict(when=lambda cls: cls.tenant_id == principal.attr("tenant", Integer()), name="tenant", check=True)
    tenants.allow("read", "create", "update", "delete")
    catalog.open(Tag, reason="public vocabulary")
    catalog.open(Scratch, reason="scratch paper", actions=["read", "create", "update", "delete"])
    return catalog


def _people(catalog: Catalog) -> None:
    users = catalog.policy(User)
    users.mask(User.hashed_password)
    users.mask(User.email, unless_when=User.id == principal.id, reads="hidden", writable=User.id == principal.id)
    users.allow("read", to=EVERYONE)
    users.allow("update", when=User.id == principal.id)
    users.allow("create", to="admin")
    roles = catalog.policy(Role)
    roles.allow("read")
    roles.allow("create", "update", "delete", to="admin")
    assignments = catalog.policy(UserRole)
    assignments.allow("read", when=UserRole.user_id == principal.id)
    assignments.allow("read", "create", "update", "delete", to="admin")
    blocks = catalog.policy(Block)
    blocks.allow("read", "create", "delete", when=Block.blocker_id == principal.id)


def _documents(catalog: Catalog) -> None:
    documents = catalog.policy(Document)
    documents.restrict(when=~Document.is_deleted, name="soft-delete", lift="admin")
    blocked = exists().where(Block.blocker_id == Document.owner_id, Block.blocked_id == principal.id)
    documents.restrict("read", when=~blocked, name="blocks")
    documents.allow("read", "update", to="admin")
    documents.allow("read", to="paid_user", when=Document.is_public)
    documents.allow("read", to="free_user", when=and_(Document.is_public, ~Document.requires_paid_access))
    documents.allow("read", "update", "delete", when=Document.owner_id == principal.id, name="owner")
    documents.allow("create", when=Document.owner_id == principal.id)
    documents.allow("read", when=Document.shares.any(Share.user_id == principal.id))
    shares = catalog.policy(Share)
    shares.allow("read", when=Share.user_id == principal.id)
    shares.allow("read", "create", "delete", when=Share.document.has(Document.owner_id == principal.id))
    comments = catalog.policy(Comment)
    comments.allow("read", when=Comment.document.has(and_(Document.is_public, ~Document.is_deleted)))
    comments.allow("read", "create", "update", "delete", when=Comment.author_id == principal.id)
    links = catalog.policy(document_tags)
    mine = exists().where(Document.id == document_tags.c.document_id, Document.owner_id == principal.id)
    public = exists().where(Document.id == document_tags.c.document_id, Document.is_public, ~Document.is_deleted)
    links.allow("read", when=public)
    links.allow("read", "create", "delete", when=mine)


def _kinds(catalog: Catalog) -> None:
    assets = catalog.policy(Asset)
    assets.allow("read", "create", "update", "delete", when=Asset.owner_id == principal.id)
    assets.allow("read", when=Asset.is_public)
    films = catalog.policy(Film)
    films.allow("read", "create", "update", "delete", to=EVERYONE, when=~Film.is_banned)
    for concrete in (Plant.__table__, Tree.__table__):  # the classes' own attributes are of a union of both tables
        grown = catalog.policy(concrete)
        grown.allow("read", "create", "update", "delete", when=concrete.c.owner_id == principal.id)
    grown.allow("read", when=concrete.c.is_public)
    for child, parent in ((Part, Part.asset), (Attachment, Attachment.document)):
        following = catalog.policy(child)
        following.allow("read", when=can("read", parent))
        following.allow("create", "update", when=can("update", parent))
        following.allow("delete", when=can("delete", parent))
    articles = catalog.policy(Article)
    articles.restrict(when=~Article.is_archived, name="archive", lift=["free_user", "admin"])
    articles.allow("read", "create", "update", "delete", when=Article.owner_id == principal.id)
    editor = Article.editor_id == principal.id
    articles.allow("read", "update", when=editor, columns=[Article.title, Article.text], name="editor")
