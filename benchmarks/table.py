"""What is measured: one row per scenario, each with the servers it runs on and the goal it is held to."""

from benchmarks import messages
from benchmarks import scenarios as do
from benchmarks.scenarios import Goal, Scenario, Setting
from benchmarks.servers import Printgate

_KEEPS = ("cupsd", "Printgate")
_LEAST_OF_CUPSD = Goal("≥ 1.0 × cupsd", least=1.0, of="cupsd")
_ASKED = "Get-Printer-Attributes, 16 connections"

SETTINGS: tuple[Setting, ...] = (
    Setting(
        "Get-Printer-Attributes, all attributes",
        (
            Scenario("Get-Printer-Attributes, 1 connection", "req/s", do.ask(1)),
            Scenario(_ASKED, "req/s", do.ask(16), (_LEAST_OF_CUPSD,)),
            Scenario("Get-Printer-Attributes, 128 connections", "req/s", do.ask(128), (_LEAST_OF_CUPSD,)),
            Scenario(
                "Get-Printer-Attributes, a connection each, 16 at once",
                "req/s",
                do.ask(16, fresh=True),
                (Goal("≥ 0.9 × cupsd", least=0.9, of="cupsd"),),
            ),
            Scenario(
                "Get-Printer-Attributes over TLS, 16 connections",
                "req/s",
                do.ask(16, tls=True),
                (_LEAST_OF_CUPSD,),
            ),
            Scenario(
                "Get-Printer-Attributes, a TLS connection each, 16 at once",
                "req/s",
                do.ask(16, tls=True, fresh=True),
                (Goal("≥ 2 × cupsd", least=2.0, of="cupsd"),),
            ),
        ),
    ),
    Setting(
        "Print-Job, a PDF of 20 kB, counted beside",
        (
            Scenario("Print-Job 20 kB, 1 connection", "jobs/s", do.print_jobs(1)),
            Scenario("Print-Job 20 kB, 16 connections", "jobs/s", do.print_jobs(16), (Goal("≥ 2,000", least=2000),)),
            Scenario("Print-Job 20 kB, 64 connections", "jobs/s", do.print_jobs(64)),
        ),
        fresh=True,
    ),
    Setting(
        "Print-Job, counting held back",
        (
            Scenario(
                "Print-Job 20 kB, 1 connection, not counted yet", "jobs/s", do.print_jobs(1), servers=("Printgate",)
            ),
            Scenario(
                "Print-Job 20 kB, 16 connections, not counted yet",
                "jobs/s",
                do.print_jobs(16),
                (Goal("≥ 2,000", least=2000),),
                servers=("Printgate",),
            ),
            Scenario(
                "Print-Job 20 kB, 64 connections, not counted yet",
                "jobs/s",
                do.print_jobs(64),
                servers=("Printgate",),
            ),
        ),
        fresh=True,
        prepare=lambda server: server.pause_counting() if isinstance(server, Printgate) else None,
    ),
    Setting(
        "Counting alone",
        (Scenario("Documents of 20 kB counted", "jobs/s", do.count, servers=("Printgate",)),),
        fresh=True,
    ),
    Setting(
        "One large document",
        (
            Scenario("100 MB", "MB/s", do.large(100), (Goal("≥ 0.5 × cupsd", least=0.5, of="cupsd"),)),
            Scenario("100 MB, chunked", "MB/s", do.large(100, chunked=True)),
            Scenario("1 GB", "MB/s", do.large(1000)),
            Scenario("1 GB, chunked", "MB/s", do.large(1000, chunked=True)),
            Scenario(
                "Memory while 100 MB come",
                "MB more",
                do.growth(100),
                (Goal("≤ 16 MB", most=16),),
                smaller_is_better=True,
            ),
        ),
        fresh=True,
    ),
    Setting(
        "10,000 jobs queued",
        (
            Scenario(
                "Get-Jobs of 10,000, default attributes",
                "ms",
                do.list_jobs(()),
                (Goal("≤ 1.0 × cupsd", most=1.0, of="cupsd"),),
                servers=_KEEPS,
                smaller_is_better=True,
            ),
            Scenario(
                "Get-Jobs of 10,000, all attributes",
                "ms",
                do.list_jobs(("all",)),
                (Goal("≤ 1.0 × cupsd", most=1.0, of="cupsd"),),
                servers=_KEEPS,
                smaller_is_better=True,
            ),
            Scenario(
                "Get-Jobs of 10,000, limit 50, seven attributes",
                "ms",
                do.list_jobs(messages.SOME, 50),
                (Goal("≤ 2 ms", most=2.0),),
                servers=_KEEPS,
                smaller_is_better=True,
            ),
            Scenario(
                "Get-Printer-Attributes, 16 connections, 10,000 jobs queued",
                "req/s",
                do.ask(16),
                (Goal("≥ 0.9 × its own without jobs", least=0.9, of=_ASKED),),
                servers=_KEEPS,
            ),
            Scenario(
                "Get-Printer-Attributes beside Get-Jobs of 10,000 (all attributes) without end, p99",
                "ms",
                do.beside(("all",)),
                (Goal("≤ 5 ms", most=5.0),),
                servers=_KEEPS,
                smaller_is_better=True,
            ),
        ),
        prepare=do.queue_many,
    ),
    Setting(
        "Forwarding to a device",
        (
            Scenario(
                "100 MB to port 9100",
                "MB/s",
                do.forward(100),
                (Goal("≥ 1.0 × CUPS's socket backend", least=1.0, of="socket backend"),),
                servers=("socket backend", "Printgate"),
            ),
        ),
        fresh=True,
    ),
    Setting(
        "1,000 queues",
        (
            Scenario(
                "Start with 1,000 queues",
                "s",
                do.started,
                (Goal("≤ 3 s", most=3.0),),
                servers=_KEEPS,
                smaller_is_better=True,
            ),
            Scenario(
                "Memory with 1,000 queues",
                "MB",
                do.resident,
                (Goal("≤ 150 MB", most=150.0),),
                servers=_KEEPS,
                smaller_is_better=True,
            ),
        ),
        fresh=True,
        queues=do.MANY,
    ),
    Setting(
        "A million requests",
        (
            Scenario(
                "Wrong or missing among 1,000,000 answers, 512 connections",
                "answers",
                do.million,
                (Goal("0", most=0.0),),
                servers=("Printgate",),
                smaller_is_better=True,
                once=True,
            ),
        ),
        fresh=True,
    ),
    Setting(
        "Idle connections",
        (
            Scenario(
                f"Each of {do.IDLE:,} idle connections",
                "kB",
                do.idle,
                (Goal("≤ 18 kB", most=18.0),),
                smaller_is_better=True,
            ),
        ),
        fresh=True,
    ),
)
