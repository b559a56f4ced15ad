"""Lists as others may see them: every column masked as its contract says, keys still distinct.

A member known by phone, account or name has that for a key. A mask stands for it; where several members share one, a
number tells them apart (``138****8000~2``), and ``siyu explain`` takes it. No mask is made from the digits it hides.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING, Any

from siyu_cli.cells import mask_names, mask_phones, mended, plain
from siyu_cli.engines import mending
from siyu_cli.errors import Spoken, UsageError
from siyu_cli.files.loading.named import Named
from siyu_cli.files.loading.scripts import first_row, script
from siyu_cli.masks import (
    ORDINARY,
    SUSPECT,
    SUSPECT_KEY,
    SUSPECT_NUMBER,
    is_full_name,
    mask_account,
    mask_contacts,
    mask_key,
    mask_name,
    mask_phone,
    mask_place,
    mask_text,
)
from siyu_cli.spelling import plain_id
from siyu_cli.tables.column import MASKS, Mask

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa
    from sqlglot import exp

    from siyu_cli.engines.protocol import ShopEngine

MOST_CANDIDATES = 10
_ANYTHING = "."
_TEXTS = ("text", "word")
_OF_TEXTS: dict[Mask, Callable[[str], str]] = {"text": mask_text, "word": mask_text, "place": mask_place}


class Masks:
    """The masks of one shop, made when they are first needed; its members are labelled by then."""

    def __init__(self, engine: ShopEngine) -> None:
        self.engine = engine
        self.connection = engine.connection
        self.named = Named(engine.connection)

    def rows(self, rows: pa.Table, *, has_keys: bool = False) -> pa.Table:
        """Return ``rows`` masked, column by column; ``has_keys`` leaves members' keys as they are."""
        names = self.own_names if "member_id" in rows.column_names else {}
        owners = rows["member_id"].to_pylist() if names else []
        for place, key in enumerate(rows.column_names):
            mask = MASKS.get(key)
            if mask is None or (mask == "key" and has_keys) or rows[key].null_count == rows.num_rows:
                continue
            shown = self._column(plain(rows[key]), mask)
            if mask in _TEXTS:
                shown = self._unnamed(shown, mask)
            if mask in _TEXTS and names:
                shown = _without_names(shown, owners, names, mask)
            rows = rows.set_column(place, key, shown)
        return rows

    def keyed(self, name: str, columns: Collection[str]) -> exp.Select:
        """Return the select of a table's columns in which ``member_id`` is shown by its mask; needs ``has_keys``."""
        from sqlglot import exp

        shown = exp.func("coalesce", exp.column("shown"), exp.column("member_id", table=name))
        chosen = [exp.alias_(shown, key) if key == "member_id" else exp.column(key, table=name) for key in columns]
        return exp.select(*chosen).from_(name).join("shown_keys", using="member_id", join_type="left")

    def on_engine(self, name: str, columns: Sequence[str], *, has_keys: bool = False) -> str:
        """Give a table of the engine a name under which it is masked; only texts that differ are fetched for it.

        It is what ``rows`` makes of its rows.
        """
        masks = {key: mask for key in columns if (mask := MASKS.get(key)) not in (None, "key")}
        changes = {key: self._changes_of(name, key, mask) for key, mask in masks.items()}
        told = mending.mended(self.engine, name, "masked_texts", columns, changes)
        if "member_id" in columns and self.own_names:
            told = self._without_own_names(name, told, columns)
        if has_keys or "member_id" not in columns or not self.has_keys:
            return told
        self.engine.view("masked_list", self.keyed(told, columns))
        return "masked_list"

    def _changes_of(self, name: str, key: str, mask: Mask) -> tuple[pa.Array, pa.Array]:
        import pyarrow as pa
        import pyarrow.compute as pc

        texts = mending.distinct_texts(self.engine, name, key)
        shown = self._column(texts, mask)
        if mask in _TEXTS:
            shown = self._unnamed(shown, mask)
        shown = shown.combine_chunks() if isinstance(shown, pa.ChunkedArray) else shown
        is_changed = pc.not_equal(texts, shown)
        return texts.filter(is_changed), shown.filter(is_changed)

    def _without_own_names(self, name: str, told: str, columns: Sequence[str]) -> str:
        """Give a masked table a name under which those whose name was typed about themselves are masked as well."""
        from sqlglot import exp

        owners = list(self.own_names)
        theirs = exp.select(*map(exp.column, columns)).from_(exp.to_table(name)).where(
            exp.column("member_id").isin(*owners)
        )  # fmt: skip
        rows = self.connection.sql(theirs.sql("duckdb")).to_arrow_table()
        self.engine.open("masked_owners", self.rows(rows, has_keys=True))
        others = exp.select(*map(exp.column, columns)).from_(exp.to_table(told)).where(
            exp.not_(exp.column("member_id").isin(*owners))
        )  # fmt: skip
        every = exp.union(others, exp.select(*map(exp.column, columns)).from_("masked_owners"), distinct=False)
        self.engine.view("masked_names", every)
        return "masked_names"

    def changes(self, columns: Collection[str], *, has_keys: bool = False) -> bool:
        """Return whether a list of members with these columns has anything to mask."""
        people = {key for key in columns if MASKS.get(key) in ("phone", "name", "account")}
        return bool(people) or self.has_texts or (not has_keys and self.has_keys)

    def frame(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return a frame of summaries with its texts masked."""
        masked = {
            key: frame[key].map(self._masks_of(frame[key], mask)) for key in frame.columns if (mask := MASKS.get(key))
        }
        return frame.assign(**masked)

    def record(self, record: Mapping[str, Any], member_id: str) -> dict[str, Any]:
        """Return what is known of one member, masked; its keys are those of columns."""
        names = self.own_names.get(member_id, ())
        return {
            key: self._text(value, MASKS.get(key), names) if isinstance(value, str) else value
            for key, value in record.items()
        }

    def document(self, document: Mapping[str, Any]) -> dict[str, Any]:
        """Return a document of summaries with every text in it masked, and members' keys where a column holds them."""
        names = self.named.names_in(set(_texts_in(document)))

        def masked(part: Any, key: str) -> Any:
            if isinstance(part, Mapping):
                return {_told(str(name), names): masked(inner, str(name)) for name, inner in part.items()}
            if isinstance(part, list | tuple):
                return [masked(inner, key) for inner in part]
            if not isinstance(part, str) or isinstance(part, Spoken):  # what is said in two languages is ours
                return part
            return self.key(part) if MASKS.get(key) == "key" else _told(part, names)

        return {name: masked(part, name) for name, part in document.items()}

    def text(self, text: str | None) -> str | None:
        """Return a text about nobody in particular, such as a condition, masked."""
        return text and _told(text, self.named.names_in({text}))

    def condition(self, text: str | None) -> str | None:
        """Return a condition as it is shown and kept: what is compared with something personal is masked."""
        from siyu_cli.core.condition_words import mask_condition

        return text and self.text(mask_condition(text))

    def key(self, member_id: str) -> str:
        """Return a member's key as it is shown."""
        if not self.has_keys:
            return member_id
        asked = "select shown from shown_keys where member_id = $member_id"
        found = first_row(self.connection, asked, {"member_id": member_id})
        return str(found[0]) if found else member_id

    def candidates(self, typed: str) -> list[str]:
        """Return the keys of members whose mask, phone or account this is; of many, a few more than can be told."""
        given = typed.strip().replace("＊", "*")
        head, stars, tail = given.partition("*")
        pattern = f"{_literal(head)}%{_literal(tail.lstrip('*'))}" if stars and given.strip("*") else ""
        asked = {"given": given, "pattern": pattern, "most": MOST_CANDIDATES + 1}
        _ = self.has_keys  # makes the table that is asked
        return [key for (key,) in self.connection.execute(script("masks")["by_mask"], asked).fetchall()]

    def find(self, typed: str) -> str:
        """Return the key of the member somebody typed; ``UsageError`` where a mask stands for several."""
        name = plain_id(typed.encode("utf-8", "replace").decode())  # bytes that are no text name nobody
        found = first_row(
            self.connection,
            "select coalesce((select member_key from member_links where member_id = member_id_in($name) limit 1), "
            "(select phone_key from phone_keys where phone = coalesce(phone_in($name), $name) limit 1), "
            "(select member_id from features where member_id in (member_id_in($name), phone_in($name)) limit 1))",
            {"name": name},
        )
        if found[0] is not None:
            return str(found[0])
        keys = self.candidates(name)
        if len(keys) < 2:
            return keys[0] if keys else name
        # A mask that one id has to itself may be that of another's phone: the id answers to a number as well.
        shown = [mask + "~1" * (mask == name) for mask in map(self.key, keys[:MOST_CANDIDATES])]
        raise UsageError(
            "{member} stands for several members.",
            hint="Type one of these, or the member's own id: {members}.",
            member=name,
            members=", ".join(sorted(shown)) + ("…" if len(keys) > MOST_CANDIDATES else ""),
        )

    def keys_of(self, typed: Sequence[str]) -> list[str | None]:
        """Return the key of each member named, as ``find`` does, all at once; None where none or several are meant."""
        _ = self.has_keys  # makes the table that is asked
        names = [plain_id(one.encode("utf-8", "replace").decode()) for one in typed]
        found = dict(self.connection.execute(script("masks")["keys_of"], {"names": sorted(set(names))}).fetchall())
        for name in {name for name in names if "*" in name and name not in found}:
            with suppress(UsageError):  # it stands for several
                key = self.find(name)
                found |= {name: key} if key != name else {}
        return [found.get(name) for name in names]

    @cached_property
    def own_names(self) -> dict[str, Collection[str]]:
        """Return the names that stand in a text about the member who bears them."""
        return dict(self.connection.execute(script("masks")["own_names"]).fetchall())

    @cached_property
    def has_texts(self) -> bool:
        """Return whether anything personal was typed into a text about a member."""
        if first_row(self.connection, script("masks")["typed_texts"], {"suspect": SUSPECT}) or self.own_names:
            return True
        texts = self.connection.execute(script("masks")["member_texts"]).fetchall()
        return bool(self.named.names_in({text for (text,) in texts if text}))

    @cached_property
    def has_keys(self) -> bool:
        """Return whether any member's key is shown by a mask; makes ``shown_keys``."""
        import pyarrow as pa

        self.connection.execute(script("masks")["personal_keys"], {"suspect": SUSPECT_KEY})
        others = self.connection.execute("select member_id from personal_keys where mask is null").fetchall()
        masks = {"member_id": [key for (key,) in others], "mask": [mask_key(key) for (key,) in others]}
        self.connection.register("other_masks", pa.table(masks, pa.schema(dict.fromkeys(masks, pa.string()))))
        self.connection.execute(script("masks")["shown_keys"])
        self.connection.unregister("other_masks")
        return first_row(self.connection, "select 1 from shown_keys limit 1") is not None

    @cached_property
    def _key_columns(self) -> tuple[pa.Array, pa.Array]:
        shown = self.connection.table("shown_keys").to_arrow_table()
        return shown["member_id"].combine_chunks(), shown["shown"].combine_chunks()

    def _masks_of(self, values: Iterable[Any], mask: Mask) -> dict[Any, Any]:
        texts = {value for value in values if isinstance(value, str)}
        names = self.named.names_in(texts) if mask in _TEXTS else {}
        return {text: self._text(text, mask, names.get(text, ())) for text in texts}

    def _column(self, values: Any, mask: Mask) -> Any:
        if mask == "key":
            return self._keys(values)
        if mask == "number":
            return _numbers(values)
        if mask == "phone":
            return mask_phones(values)
        if mask == "name":
            return mask_names(values)
        if mask == "account":
            return mended(values, _ANYTHING, mask_account)
        return mended(values, SUSPECT, _OF_TEXTS[mask])

    def _unnamed(self, texts: Any, mask: Mask) -> Any:
        """Return the texts without the names of anybody."""
        import pyarrow as pa
        import pyarrow.compute as pc

        found = self.named.names_in({text for text in pc.unique(texts).to_pylist() if text})
        shown = {text: self._text(text, mask, names) for text, names in found.items()}
        if not shown:
            return texts
        places = pc.index_in(texts, pa.array(list(shown), pa.string()))
        return pc.coalesce(pc.take(pa.array(list(shown.values()), pa.string()), places), texts)

    def _keys(self, values: Any) -> Any:
        import pyarrow.compute as pc

        if not self.has_keys:
            return values
        keys, shown = self._key_columns
        found = pc.take(shown, pc.index_in(values, keys))
        return pc.coalesce(found, values)

    def _text(self, text: str, mask: Mask | None, names: Collection[str]) -> str:
        if mask is None:
            return text
        if mask == "key":
            return self.key(text)
        single = {"phone": mask_phone, "name": mask_name, "account": mask_account, "place": mask_place}
        single["number"] = mask_contacts
        return single[mask](text) if mask in single else mask_text(text, _told_in(mask, names))


def _texts_in(part: Any) -> Iterator[str]:
    if isinstance(part, str):
        yield part
    elif isinstance(part, Mapping | list | tuple):
        for inner in (*part, *part.values()) if isinstance(part, Mapping) else part:
            yield from _texts_in(inner)


def _numbers(values: Any) -> Any:
    """Return orders' numbers without the phones and addresses in them; those that look alike stay apart."""
    import pyarrow.compute as pc

    suspects = pc.unique(pc.filter(values, pc.match_substring_regex(values, SUSPECT_NUMBER))).to_pylist()
    alike: dict[str, list[str]] = {}
    for number in sorted(suspects):
        alike.setdefault(mask_contacts(number), []).append(number)
    shown = {
        number: mask if number == mask or len(numbers) == 1 else f"{mask}~{place}"
        for mask, numbers in alike.items()
        for place, number in enumerate(numbers, start=1)
    }
    return mended(values, SUSPECT_NUMBER, lambda number: shown[number])


def _told(text: str, names: Mapping[str, Collection[str]]) -> str:
    return mask_text(text, names.get(text, ()))


def _told_in(mask: Mask, names: Collection[str]) -> list[str]:
    """Return the names to be masked: where a word of a list stands (a level, a city), only what can be nothing else."""
    if mask != "word":
        return list(names)
    return [name for name in names if is_full_name(name) and name not in ORDINARY]


def _without_names(texts: Any, owners: list[str], names: Mapping[str, Collection[str]], mask: Mask) -> Any:
    import pyarrow as pa

    values = texts.to_pylist()
    for place, owner in enumerate(owners):
        if values[place] is not None and owner in names:
            values[place] = mask_text(values[place], _told_in(mask, names[owner]))
    return pa.array(values, pa.string())


def _literal(text: str) -> str:
    return "".join(f"\\{sign}" if sign in "\\%_" else sign for sign in text)
