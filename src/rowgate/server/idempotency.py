"""Creates that happen once, however often they are sent: `Idempotency-Key`.

What is kept is the key of the row that was made, not the answer: a repetition reads the row again, as whoever asks may
see it then. It is kept in the transaction of the row, so that where nothing was made, nothing is kept.

After https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/.
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from rowgate.server.errors import ConflictError
from rowgate.server.models import IdempotencyKey


class ReusedKeyError(Exception):
    """The key belongs to another request of the same user."""


def fingerprint(secret: bytes, method: str, path: str, body: bytes) -> bytes:
    """Return what tells a request from another one.

    Not a plain hash: a body may hold a password, and whoever reads the table must not be able to try some.
    """
    request = b"\0".join([b"idempotency", method.encode(), path.encode(errors="surrogatepass"), body])
    return hmac.new(secret, request, hashlib.sha256).digest()


@dataclass(frozen=True, slots=True)
class Once:
    """A create of one user's. Without a key it happens each time that it is sent."""

    session: AsyncSession
    user_id: UUID
    key: str | None
    fingerprint: bytes
    hours: int

    async def made(self) -> UUID | None:
        """Return the key of what this request has made before; None if it has made nothing. What is over is deleted.

        Raises:
            ReusedKeyError: the key belongs to another request.
        """
        if self.key is None:
            return None
        mine = IdempotencyKey.user_id == self.user_id
        old = IdempotencyKey.created_at < func.statement_timestamp() - timedelta(hours=self.hours)
        await self.session.execute(delete(IdempotencyKey).where(mine, old).execution_options(synchronize_session=False))
        found = (await self.session.scalars(select(IdempotencyKey).where(mine, IdempotencyKey.key == self.key))).first()
        if found is None:
            return None
        if not hmac.compare_digest(found.fingerprint, self.fingerprint):
            raise ReusedKeyError
        return found.made_id

    async def keep(self, made_id: UUID) -> None:
        """Keep what this request has made.

        Raises:
            ConflictError: the same request, or another one with this key, has come at the same time, and was first.
        """
        if self.key is None:
            return
        kept = IdempotencyKey(user_id=self.user_id, key=self.key, fingerprint=self.fingerprint, made_id=made_id)
        self.session.add(kept)
        try:
            await self.session.flush()
        except IntegrityError:
            raise ConflictError("A request with this key was under way. Send it again.") from None
