"""Who is asking: finding, adding and recognising people. Local ones here; directories will stand beside them."""

import time
import unicodedata

from sqlalchemy import Connection

from directory import store
from directory.errors import BadName, NameTaken, PersonUnknown, WeakPassword
from directory.passwords import Throttle, Verifier, hash_password
from directory.store import Person
from events import audit
from storage.database import Database
from storage.node import new_id

MIN_PASSWORD = 8
"""Characters of a password that people choose for themselves."""
_MAX_PASSWORD = 1024  # bytes that argon2id is asked to chew
_KIND = "password"
_MAX_CACHED = 50_000
_MOST_PEOPLE = 500_000


def fold(name: str) -> str:
    """Return the form under which a name is kept and compared: NFKC, case folded, no space around."""
    # Half of a surrogate pair is no character, and no row can hold it.
    whole = name.encode("utf-8", "replace").decode()
    return unicodedata.normalize("NFKC", whole).strip().casefold()


class People:
    """The local directory."""

    def __init__(self, database: Database, node: str) -> None:
        self._database, self._node = database, node
        self._verifier = Verifier()
        self._throttle = Throttle()
        self._by_name: dict[str, Person] = {}
        self._changes = 0  # of any person: what was read before one must not be remembered after it

    @property
    def changes(self) -> int:
        """How often anybody changed: what was remembered of people before the last change is not to be trusted."""
        return self._changes

    async def authenticate(self, name: str, password: str, address: str = "") -> Person | None:
        """Return the person whose name and password these are, or None. Raises TooManyTries."""
        folded = fold(name)
        known = self._by_name.get(folded)
        if known and not known.disabled and self._verifier.remembered(known.id, password):
            return known
        keys = (f"name:{folded}", f"address:{address}") if address else (f"name:{folded}",)
        self._throttle.check(*keys)
        if len(password.encode("utf-8", "surrogatepass")) > _MAX_PASSWORD:
            return None
        changes = self._changes
        person, hashed = await self._database.read(lambda connection: _with_hash(connection, folded))
        right = await self._verifier.verify(person.id if person else "", password, hashed)
        if person is None or not right or person.disabled:
            self._throttle.failed(*keys)
            return None
        self._throttle.succeeded(keys[0])
        if changes == self._changes:
            self._remember(person)
        else:
            self._verifier.forget(person.id)
        return person

    def tries_left(self, name: str) -> int:
        """How many wrong passwords a name may still have before it must wait."""
        return max(0, self._throttle.left(f"name:{fold(name)}"))

    async def find(self, name: str) -> Person | None:
        """Find somebody by sign-in name."""
        folded = fold(name)
        return await self._database.read(lambda connection: store.by_name(connection, folded))

    async def get(self, person_id: str) -> Person | None:
        """Find somebody by opaque id."""
        return await self._database.read(lambda connection: store.by_id(connection, person_id))

    async def listed(self, limit: int = 1000, offset: int = 0) -> list[Person]:
        """People in the order of their names."""
        return list(await self._database.read(lambda connection: store.listed(connection, limit, offset)))

    async def add(
        self,
        name: str,
        password: str | None,
        *,
        display_name: str = "",
        administrator: bool = False,
        restricted: bool = False,
        actor: str = "",
        least: int = MIN_PASSWORD,
    ) -> Person:
        """Add a local person; `least` characters make a password. Raises BadName, WeakPassword, NameTaken."""
        folded = _checked_name(name)
        hashed = await _hashed(password, least) if password is not None else None
        person = Person(new_id(), folded, display_name.strip()[:255], administrator, restricted, disabled=False)

        def insert(connection: Connection) -> None:
            if store.by_name(connection, folded):
                raise NameTaken(f"There is a person called {folded} already. Choose another name.")
            now = int(time.time() * 1000)
            store.add(
                connection,
                {
                    "node": self._node,
                    "id": person.id,
                    "name": folded,
                    "display_name": person.display_name,
                    "administrator": administrator,
                    "restricted": restricted,
                    "disabled": False,
                    "created_at": now,
                },
            )
            if hashed:
                store.set_credential(connection, person.id, _KIND, hashed, now)
            audit.record(connection, self._node, actor, "person.add", person.id)

        await self._database.write(insert)
        return person

    async def ensure(self, name: str) -> Person | None:
        """Return the person of that name, added without a password if need be.

        None for a name that cannot be one, and for a new one where so many were made up that somebody plays tricks.
        """
        folded, changes = fold(name), self._changes
        known = self._by_name.get(folded) or await self.find(folded)
        if known is None:
            if await self._database.read(store.count) >= _MOST_PEOPLE:
                return None
            try:
                known = await self.add(folded, None)
            except BadName:
                return None
            except NameTaken:  # another request was quicker
                known = await self.find(folded)
        if known is not None and changes == self._changes:
            self._remember(known)
        return known

    async def set_password(self, name: str, password: str, *, actor: str = "", least: int = MIN_PASSWORD) -> None:
        """Give somebody a new password of at least `least` characters. Raises PersonUnknown, WeakPassword."""
        hashed = await _hashed(password, least)
        person = await self._known(name)

        def replace(connection: Connection) -> None:
            store.set_credential(connection, person.id, _KIND, hashed, int(time.time() * 1000))
            audit.record(connection, self._node, actor, "person.password", person.id)

        await self._database.write(replace)
        self._forget(person)

    async def change(
        self,
        name: str,
        *,
        display_name: str | None = None,
        administrator: bool | None = None,
        restricted: bool | None = None,
        disabled: bool | None = None,
        actor: str = "",
    ) -> Person:
        """Change what is known of somebody; None leaves a field as it is."""
        person = await self._known(name)
        given = {
            "display_name": display_name,
            "administrator": administrator,
            "restricted": restricted,
            "disabled": disabled,
        }
        values = {key: value for key, value in given.items() if value is not None}

        def update(connection: Connection) -> None:
            if values:
                store.change(connection, person.id, **values)
                audit.record(connection, self._node, actor, "person.change", person.id, values)

        await self._database.write(update)
        self._forget(person)
        return await self._known(name)

    async def remove(self, name: str, *, actor: str = "") -> None:
        """Remove somebody; what they printed stays in the ledger under the opaque id."""
        person = await self._known(name)

        def delete(connection: Connection) -> None:
            store.remove(connection, person.id)
            audit.record(connection, self._node, actor, "person.remove", person.id)

        await self._database.write(delete)
        self._forget(person)

    async def _known(self, name: str) -> Person:
        person = await self.find(name)
        if person is None:
            raise PersonUnknown(f"There is no person called {name}. `printgate user list` shows who there is.")
        return person

    def _remember(self, person: Person) -> None:
        if len(self._by_name) >= _MAX_CACHED:
            self._by_name.clear()
        self._by_name[person.name] = person

    def _forget(self, person: Person) -> None:
        self._changes += 1
        self._verifier.forget(person.id)
        self._by_name.pop(person.name, None)


def _with_hash(connection: Connection, folded: str) -> tuple[Person | None, str | None]:
    person = store.by_name(connection, folded)
    return person, store.credential_of(connection, person.id, _KIND) if person else None


def _checked_name(name: str) -> str:
    folded = fold(name)
    if not folded or len(folded) > 127 or any(unicodedata.category(c)[0] == "C" or c in ':/\\"' for c in folded):
        raise BadName("A name has 1 to 127 characters, without : / \\ and quotation marks.")
    return folded


async def _hashed(password: str, least: int) -> str:
    if len(password) < least:
        raise WeakPassword(f"A password has at least {least} characters.")
    if len(password.encode("utf-8", "surrogatepass")) > _MAX_PASSWORD:
        raise WeakPassword("A password has at most 1024 bytes.")
    return await hash_password(password)
