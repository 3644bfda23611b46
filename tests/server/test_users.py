"""`/users/me`: oneself, and nobody else."""

from datetime import datetime

import httpx2
import pytest

from conftest import Logins
from server.world import ACTIVE, ROLES, Door, World, problem, query


@pytest.mark.acting_as("paid")
async def test_me(client: httpx2.AsyncClient, world: World) -> None:
    """The answer holds exactly these fields, and the roles in force."""
    answer = await client.get("/users/me")
    assert 200 == answer.status_code
    body = answer.json()
    assert datetime.fromisoformat(body.pop("created_at")).tzinfo is not None
    expected = {
        "id": str(world.users["paid"]),
        "username": "paid",
        "email": "paid@example.org",
        "is_active": True,
        "roles": ["free_user", "paid_user"],
    }
    assert expected == body


@pytest.mark.parametrize("who", ["admin", "free", "nobody"])
async def test_everybody_is_herself(door: Door, world: World, who: str) -> None:
    """Each token shows its own user with her own roles, an admin too."""
    body = (await (await door.log_in(who)).get("/users/me")).json()
    roles = ACTIVE[ROLES[who]]
    assert (str(world.users[who]), roles) == (body["id"], body["roles"])


async def test_anonymous_is_nobody(client: httpx2.AsyncClient) -> None:
    """Without a token there is no me."""
    answer = await client.get("/users/me")
    assert (401, "Bearer") == (answer.status_code, answer.headers["www-authenticate"])
    problem(answer)


@pytest.mark.acting_as("free")
async def test_several_roles(client: httpx2.AsyncClient, database: Logins, world: World) -> None:
    """Several roles in force are shown in order; one that has expired is not."""
    query(database.owner, "DELETE FROM role_parents")
    give = "INSERT INTO user_roles (user_id, role_id, expires_at) SELECT %s, id, {} FROM roles WHERE name = %s"
    query(database.owner, give.format("now() + interval '1 hour'"), world.users["free"], "admin")
    query(database.owner, give.format("now() - interval '1 hour'"), world.users["free"], "paid_user")
    assert ["admin", "free_user"] == (await client.get("/users/me")).json()["roles"]
