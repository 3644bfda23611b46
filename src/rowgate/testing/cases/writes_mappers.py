"""Writes by other mappers of the same tables: what a mapping may set that the models of the world do not."""

from typing import Any

from sqlalchemy import inspect, select, update
from sqlalchemy.orm import registry, relationship

from rowgate.testing.case import Family, Given
from rowgate.testing.cases.writing import loaded
from rowgate.testing.world_models import Comment, Document, Draft, Folder, Note, User
from rowgate.testing.world_rows import A, B, key

writes = Family("writes")
others = registry()
folders: Any = Folder.__table__
documents: Any = Document.__table__
comments: Any = Comment.__table__
notes: Any = Note.__table__
drafts: Any = Draft.__table__


class Node:
    """A folder whose parent is set by a second UPDATE."""

    def __init__(self, **values: Any) -> None:
        for name, value in values.items():
            setattr(self, name, value)


class Paper(Node):
    """A document that leaves its remarks to the database."""


class Remark(Node):
    """A comment."""


class Line(Node):
    """A note that asks for all that the server makes."""


class Sketch(Node):
    """A draft whose version is made by hand."""


OVER = "children,parent,comments,comments_to_write,comments_to_query,document"
inner = relationship(
    Node, post_update=True, remote_side=folders.c.parent_id, order_by=folders.c.id, overlaps=OVER, cascade="save-update"
)
others.map_imperatively(Node, folders, properties={"inner": inner})
others.map_imperatively(
    Paper, documents, properties={"remarks": relationship(Remark, passive_deletes="all", overlaps=OVER)}
)
others.map_imperatively(Remark, comments)
others.map_imperatively(Line, notes, eager_defaults=True, confirm_deleted_rows=False)
others.map_imperatively(
    Sketch, drafts, version_id_col=drafts.c.version, version_id_generator=False, eager_defaults=True
)


@writes.write_in(covers=["post_update"])
async def post_update_adds_for_another(given: Given) -> Any:
    """Adds a folder of somebody else below its own: its parent is set by a second UPDATE."""
    for node in await loaded(given, Node, 2):
        await given.session.run_sync(lambda _, one=node: one.inner.append(Node(name="x", owner_id=B)))


@writes.write_in(covers=["post_update"])
async def post_update_moves(given: Given) -> Any:
    """Puts whatever is in its own folder into another one, also what is somebody else's."""
    outer, other = await loaded(given, Node, 1, 5)
    await given.session.run_sync(lambda _: other.inner.extend(one for one in outer.inner if one.id == 3))


@writes.write_in(covers=["post_update"])
async def post_update_deletes(given: Given) -> Any:
    """Deletes its own folder: the UPDATE of what is below comes first."""
    for node in await loaded(given, Node, 5):
        await given.session.delete(node)


@writes.write_in(covers=["passive_deletes"])
async def passive_deletes_of_seen(given: Given) -> Any:
    """Deletes a document without loading what refers to it, by a mapper of its own."""
    paper = await given.session.get(Paper, key("c000"))
    await given.session.execute(update(Paper).where(documents.c.id == key("b100")).values(content="changed"))
    if paper is not None:
        await given.session.delete(paper)


@writes.write_in(covers=["passive_deletes", "relationship"])
async def other_mapper_moves_children(given: Given) -> Any:
    """Moves somebody else's comment to its own document, by a mapper of its own."""

    def move(session: Any) -> None:
        theirs, mine = session.get(Paper, key("b100")), session.get(Paper, key("a100"))
        for remark in list(theirs.remarks) if theirs else []:
            mine.remarks.append(remark)

    await given.session.run_sync(move)


@writes.write_in(covers=["eager_defaults"])
async def eager_defaults_for_another(given: Given) -> Any:
    """Adds rows of somebody else by a mapper that has all that the server makes returned."""
    given.session.add_all([Line(kind="note", owner_id=user, body="x") for user in (A, B)])


@writes.write_in(covers=["eager_defaults"])
async def eager_defaults_on_update(given: Given) -> Any:
    """Gives its own row away by a mapper that has all that the server makes returned."""
    for line in await loaded(given, Line, 1):
        line.owner_id = select(User.id).where(User.name == "user-b-name").scalar_subquery()
        line.body = notes.c.body + "!"


@writes.write_in(covers=["confirm_deleted_rows"])
async def unconfirmed_deletes(given: Given) -> Any:
    """Deletes objects that claim to be hidden rows, by a mapper that does not count them."""
    for line in await loaded(given, Line, 1):
        inspect(line).dict["id"] = 4
        inspect(line).committed_state.pop("id", None)
        await given.session.delete(line)


@writes.write_in(covers=["version_id_generator"])
async def version_made_by_hand(given: Given) -> Any:
    """Gives a row away whose version the application counts."""
    for sketch in await loaded(given, Sketch, 1):
        sketch.owner_id, sketch.version = B, 7


@writes.way_in(covers=["Mapper"])
async def other_mapper_reads(given: Given) -> Any:
    """Reads by a mapper of its own."""
    found = (await given.session.scalars(select(Paper).where(~documents.c.is_public))).all()
    return [(paper.title, paper.content) for paper in found]


@writes.writing(covers=["post_update"])
async def works_with_post_update(given: Given) -> Any:
    """Adds a folder below its own by a second UPDATE."""
    node = await given.session.get(Node, 2)
    made = Node(name="made", owner_id=A)
    await given.session.run_sync(lambda _session: node.inner.append(made))


@writes.writing(covers=["eager_defaults", "version_id_generator"])
async def works_with_other_mappers(given: Given) -> Any:
    """Adds, changes and deletes by mappers of its own."""
    line, gone, sketch = (
        await given.session.get(Line, 1),
        await given.session.get(Line, 3),
        await given.session.get(Sketch, 1),
    )
    line.body, sketch.text, sketch.version = notes.c.body + "!", "changed", 9
    await given.session.delete(gone)
    given.session.add_all([Line(kind="note", owner_id=A, body="made"), Paper(title="made", owner_id=A)])
