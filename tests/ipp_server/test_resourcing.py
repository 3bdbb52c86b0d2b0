"""Resources over IPP: pictures and profiles that queues show."""

import pytest

from ipp import build
from ipp.codec import encode
from ipp.enums import GroupTag, Operation, Status
from ipp.message import Group, Message
from tests.ipp_server.client import CHARSET, LANGUAGE
from tests.ipp_server.conftest import LOCAL, House
from tests.ipp_server.test_system import System

PNG = b"\x89PNG\r\n\x1a\n and what follows"
PROFILE = "application/vnd.iccprofile"


@pytest.fixture(scope="module")
def system(tmp_path_factory):
    running = House(tmp_path_factory.mktemp("home"), body_idle=2.0, stop_limit=2.0, operator_networks=LOCAL)
    yield Resources(running)
    running.stop()


class Resources(System):
    def create(self, kind="static-image", *attributes):
        groups = (Group(GroupTag.RESOURCE, list(attributes)),) if attributes else ()
        return self.ask(Operation.CREATE_RESOURCE, build.keyword("resource-type", kind), groups=groups)

    def send(self, number, mime, data):
        first = [CHARSET, LANGUAGE, build.uri("system-uri", f"ipp://{self.door.authority}/ipp/system")]
        words = [build.integer("resource-id", number), build.mime("resource-format", mime)]
        message = Message((2, 0), Operation.SEND_RESOURCE_DATA, 7, [Group(GroupTag.OPERATION, [*first, *words])])
        return self.door.send(encode(message) + data, path="/ipp/system")

    def of(self, operation, number, *extra, **words):
        return self.ask(operation, build.integer("resource-id", number), *extra, **words)

    def installed(self, kind="static-image", mime="image/png", data=PNG):
        number = told(self.create(kind, build.name("resource-name", "Mine"))).integer("resource-id")
        assert self.send(number, mime, data).status is Status.SUCCESSFUL_OK
        assert self.of(Operation.INSTALL_RESOURCE, number).status is Status.SUCCESSFUL_OK
        return number

    def about_queue(self, operation, *numbers, queue="held"):
        return self.door.ask(operation, *([build.integer("resource-ids", *numbers)] if numbers else []), queue=queue)

    def printer(self, queue="held"):
        return self.door.ask(Operation.GET_PRINTER_ATTRIBUTES, queue=queue).printer


def told(answer):
    assert answer.status is Status.SUCCESSFUL_OK
    return answer.message.group(GroupTag.RESOURCE)


def test_our_own_pictures_are_resources(system):
    everything = system.ask(Operation.GET_RESOURCES).message.groups_of(GroupTag.RESOURCE)
    icons = [one for one in everything if one.integer("resource-id") < 101]
    assert [one.string("resource-data-uri") for one in icons] == list(
        system.printer("roaming").strings("printer-icons")
    )
    for one in icons:
        path = one.string("resource-data-uri").partition(system.door.authority)[2]
        assert system.door.send(b"", path=path, method="GET").http == 200
    gone = system.of(Operation.CANCEL_RESOURCE, 1)
    assert gone.status is Status.CLIENT_ERROR_NOT_POSSIBLE


def test_a_picture_is_shown_by_the_queue_that_has_it(system):
    made = system.create("static-image", build.name("resource-name", "Logo"), build.text("resource-info", "Our logo"))
    assert made.message.groups[0].strings("resource-format-accepted") == ("image/png",)
    number = told(made).integer("resource-id")
    waiting = told(system.of(Operation.GET_RESOURCE_ATTRIBUTES, number))
    assert (waiting.integer("resource-state"), waiting.strings("resource-state-reasons")) == (3, ("resource-incoming",))
    assert system.send(number, "image/png", PNG).status is Status.SUCCESSFUL_OK
    uri = told(system.of(Operation.GET_RESOURCE_ATTRIBUTES, number)).string("resource-data-uri")
    path = uri.partition(system.door.authority)[2]
    assert system.door.send(b"", path=path, method="GET").http == 404  # not before it is installed
    assert system.of(Operation.INSTALL_RESOURCE, number).status is Status.SUCCESSFUL_OK
    assert system.about_queue(Operation.ALLOCATE_PRINTER_RESOURCES, number).status is Status.SUCCESSFUL_OK
    assert system.printer().strings("printer-icons") == (uri,)
    shown = system.door.send(b"", path=path, method="GET")
    assert shown.http == 200 and shown.headers["Content-Type"] == "image/png"
    assert (
        shown.headers["X-Content-Type-Options"] == "nosniff" and "sandbox" in shown.headers["Content-Security-Policy"]
    )
    assert told(system.of(Operation.GET_RESOURCE_ATTRIBUTES, number)).integer("resource-use-count") == 1
    listed = system.about_queue(Operation.GET_PRINTER_RESOURCES).message.groups_of(GroupTag.RESOURCE)
    assert [one.integer("resource-id") for one in listed] == [number]
    assert system.of(Operation.CANCEL_RESOURCE, number).status is Status.CLIENT_ERROR_NOT_POSSIBLE
    assert system.about_queue(Operation.DEALLOCATE_PRINTER_RESOURCES, number).status is Status.SUCCESSFUL_OK
    assert len(system.printer().strings("printer-icons")) == 3
    assert system.of(Operation.CANCEL_RESOURCE, number).status is Status.SUCCESSFUL_OK
    assert system.door.send(b"", path=path, method="GET").http == 404


def test_profiles_are_told_of(system):
    number = system.installed("static-icc-profile", PROFILE, b"a profile")
    assert system.about_queue(Operation.ALLOCATE_PRINTER_RESOURCES, number).status is Status.SUCCESSFUL_OK
    profile = system.printer().first("printer-icc-profiles")
    assert profile.first("profile-name") == "Mine"
    assert profile.first("profile-url").endswith(
        told(system.of(Operation.GET_RESOURCE_ATTRIBUTES, number)).string("resource-uuid").rpartition(":")[2]
    )
    assert system.about_queue(Operation.DEALLOCATE_PRINTER_RESOURCES, number).status is Status.SUCCESSFUL_OK
    assert system.printer().get("printer-icc-profiles") is None


def test_a_queue_is_made_with_resources(system):
    number = system.installed()
    group = Group(GroupTag.PRINTER, [build.name("printer-name", "pictured")])
    print_ = build.keyword("printer-service-type", "print")
    wrong = system.ask(Operation.CREATE_PRINTER, print_, build.integer("resource-ids", 9999), groups=(group,))
    assert wrong.status is Status.CLIENT_ERROR_NOT_FOUND
    made = system.ask(Operation.CREATE_PRINTER, print_, build.integer("resource-ids", number), groups=(group,))
    assert made.status is Status.SUCCESSFUL_OK and system.queue("pictured").resources == (number,)
    gone = system.ask(Operation.DELETE_PRINTER, build.integer("printer-id", made.printer.integer("printer-id")))
    assert gone.status is Status.SUCCESSFUL_OK
    assert system.of(Operation.CANCEL_RESOURCE, number).status is Status.SUCCESSFUL_OK


def test_resources_are_chosen(system):
    number = system.installed("static-icc-profile", PROFILE, b"p")

    def numbers(*extra):
        answer = system.ask(Operation.GET_RESOURCES, *extra)
        return [one.integer("resource-id") for one in answer.message.groups_of(GroupTag.RESOURCE)]

    everything = numbers()
    assert everything[:3] == [1, 2, 3] and everything == sorted(everything)
    assert numbers(build.integer("resource-ids", 2, number)) == [2, number]
    assert number in numbers(build.keyword("resource-types", "static-icc-profile")) and 1 not in numbers(
        build.keyword("resource-types", "static-icc-profile")
    )
    assert numbers(build.mime("resource-formats", "text/plain")) == []
    assert numbers(build.integer("first-index", 2), build.integer("limit", 1)) == [2]
    assert system.ask(Operation.GET_RESOURCES, build.integer("limit", 0)).status is Status.CLIENT_ERROR_BAD_REQUEST
    shown = system.told("system-configured-resources").all("system-configured-resources")
    assert [one.first("resource-id") for one in shown] == everything


def test_a_resource_is_renamed(system):
    number = system.installed()
    group = Group(GroupTag.RESOURCE, [build.text("resource-info", "Other words")])
    assert system.of(Operation.SET_RESOURCE_ATTRIBUTES, number, groups=(group,)).status is Status.SUCCESSFUL_OK
    asked = build.keyword("requested-attributes", "resource-description")
    shown = told(system.of(Operation.GET_RESOURCE_ATTRIBUTES, number, asked))
    assert shown.string("resource-info") == "Other words" and shown.get("resource-id") is None
    assert system.of(Operation.SET_RESOURCE_ATTRIBUTES, number).status is Status.CLIENT_ERROR_BAD_REQUEST


def test_what_is_not_offered_is_refused(system):
    unsupported = Status.CLIENT_ERROR_ATTRIBUTES_OR_VALUES_NOT_SUPPORTED
    assert system.ask(Operation.CREATE_RESOURCE).status is Status.CLIENT_ERROR_BAD_REQUEST
    assert "resource-type" in system.create("executable-firmware").unsupported
    assert system.create("static-image", build.text("resource-info", "x" * 128)).status is unsupported
    fixed = system.create("static-image", build.integer("resource-id", 1))
    assert fixed.status is Status.CLIENT_ERROR_ATTRIBUTES_NOT_SETTABLE
    number = told(system.create()).integer("resource-id")
    assert system.send(number, "image/gif", PNG).status is Status.CLIENT_ERROR_DOCUMENT_FORMAT_NOT_SUPPORTED
    large = system.send(number, "image/png", PNG + b"x" * (1 << 20))
    assert large.status is Status.CLIENT_ERROR_REQUEST_ENTITY_TOO_LARGE
    assert system.of(Operation.SEND_RESOURCE_DATA, number).status is Status.CLIENT_ERROR_BAD_REQUEST
    assert system.ask(Operation.INSTALL_RESOURCE).status is Status.CLIENT_ERROR_BAD_REQUEST
    assert system.of(Operation.GET_RESOURCE_ATTRIBUTES, 9999).status is Status.CLIENT_ERROR_NOT_FOUND
    assert system.about_queue(Operation.ALLOCATE_PRINTER_RESOURCES).status is Status.CLIENT_ERROR_BAD_REQUEST


def test_only_who_operates_all_gives_resources(house):
    stranger = Resources(house)
    assert stranger.create().http == 426
    assert stranger.about_queue(Operation.ALLOCATE_PRINTER_RESOURCES, 1).http == 426
    assert stranger.ask(Operation.GET_RESOURCES).status is Status.SUCCESSFUL_OK


def test_who_subscribed_to_a_resource_is_told_of_it(system):
    number, other = (told(system.create()).integer("resource-id") for _ in range(2))
    wish = Group(
        GroupTag.SUBSCRIPTION,
        [build.keyword("notify-pull-method", "ippget"), build.keyword("notify-events", "resource-canceled")],
    )
    resource = build.integer("notify-resource-id", number)
    made = system.ask(Operation.CREATE_RESOURCE_SUBSCRIPTIONS, resource, groups=(wish,))
    assert made.status is Status.SUCCESSFUL_OK
    subscription = made.message.group(GroupTag.SUBSCRIPTION).integer("notify-subscription-id")
    for one in (other, number):
        assert system.of(Operation.CANCEL_RESOURCE, one).status is Status.SUCCESSFUL_OK
    notices = system.ask(Operation.GET_NOTIFICATIONS, build.integer("notify-subscription-ids", subscription))
    (notice,) = notices.message.groups_of(GroupTag.EVENT_NOTIFICATION)
    assert notice.string("notify-subscribed-event") == "resource-canceled"
    assert notice.integer("notify-resource-id") == number
    seen = system.ask(Operation.GET_SUBSCRIPTION_ATTRIBUTES, build.integer("notify-subscription-id", subscription))
    assert seen.message.group(GroupTag.SUBSCRIPTION).integer("notify-resource-id") == number
    missing = system.ask(Operation.CREATE_RESOURCE_SUBSCRIPTIONS, groups=(wish,))
    assert missing.status is Status.CLIENT_ERROR_BAD_REQUEST
