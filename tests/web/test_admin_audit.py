"""The audit log: who changed what, page by page, and whether anybody touched the lines since."""

import html
import re

from events import audit


def said(browser):
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", browser.text)))


async def change(house, sequence, **values):
    where = audit.line.c.seq == sequence
    await house.database.write(lambda c: c.execute(audit.line.update().where(where).values(**values)))


async def test_lines_name_people_and_the_chain_holds(house, paul):
    await house.people.change("amelie", restricted=True, actor=house.paul.id)
    await paul.get("/admin/audit")
    assert "Paul Girard changed the person Amélie Fournier" in said(paul) and '{"restricted": true}' in said(paul)
    assert re.search(r"The chain of \d+ lines holds\.", said(paul))


async def test_who_is_gone_is_not_named(house, paul):
    await house.people.change("amelie", restricted=True, actor=house.paul.id)
    await house.people.remove("amelie", actor=house.paul.id)
    await paul.get("/admin/audit")
    assert "Paul Girard changed the person (gone)" in said(paul) and "Amélie" not in said(paul)


async def test_a_changed_line_is_found(house, paul):
    await change(house, 3, details='{"name": "other"}')
    await paul.get("/admin/audit")
    assert "Line 3 is not as it was written" in said(paul) and "holds" not in said(paul)


async def test_a_missing_line_is_found(house, paul):
    await house.database.write(lambda c: c.execute(audit.line.delete().where(audit.line.c.seq == 2)))
    await paul.get("/admin/audit")
    assert "Line 2 is not as it was written, or a line before it is missing" in said(paul)


async def test_the_log_has_pages(house, paul):
    for number in range(120):
        await house.people.change("amelie", display_name=f"Name {number:03}", actor=house.paul.id)
    await paul.get("/admin/audit")
    total = int(re.search(r"The chain of (\d+) lines", said(paul))[1])
    numbers = []
    for page in range(1, 4):
        await paul.get(f"/admin/audit?page={page}")
        numbers += [int(n) for n in re.findall(r'class="key n">(\d+)</td>', paul.text)]
    assert numbers == list(range(total, 0, -1)) and "3 / 3" in said(paul)
    await paul.get("/admin/audit?page=99")
    assert paul.status == 200 and "No line stands on this page." in paul.text


async def test_a_long_log_is_checked_when_asked(house, paul, monkeypatch):
    monkeypatch.setattr("web.admin_audit._AT_ONCE", 2)
    await paul.get("/admin/audit")
    assert "holds" not in said(paul) and "Check the whole chain" in paul.text
    await paul.get("/admin/audit?check=1")
    assert "holds" in said(paul)
