"""The smallest use of the library: SQLite, no server, no extra."""

from sqlalchemy import Integer, create_engine, select
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from rowgate import Catalog, Principal, guarded_sessionmaker, principal


class Base(DeclarativeBase):
    """The models' base."""


class Document(Base):
    """Something that somebody owns."""

    __tablename__ = "documents"
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    owner_id: Mapped[int]


catalog = Catalog(Base, principal_id=Integer())
catalog.policy(Document).allow("read", when=Document.owner_id == principal.id)

engine = create_engine("sqlite://")
Base.metadata.create_all(engine)
Session = guarded_sessionmaker(engine, catalog)

with Session.system(reason="example data") as session:
    session.add_all([Document(title="mine", owner_id=1), Document(title="yours", owner_id=2)])
    session.commit()
with Session(Principal(1)) as session:
    titles = session.scalars(select(Document.title)).all()
assert titles == ["mine"], titles
print("user 1 sees", *titles)
