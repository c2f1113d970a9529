"""How long a filing is compared with what is known already, among many cases on PostgreSQL."""

import argparse
import datetime as dt
import os
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mediation.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.utils import timezone  # noqa: E402

from cases import duplicates, filing  # noqa: E402
from cases.models import Case, Channel, Party  # noqa: E402
from cases.simulation import retelling  # noqa: E402
from mediators.models import Region, User  # noqa: E402

YEARS = 3
COMPANIES = 20_000
BATCH = 100_000
SECONDS = YEARS * 365 * 86_400
NOW = timezone.now()
FILED_AT = f"timestamptz '{NOW:%Y-%m-%d %H:%M:%S+00}' - (g.n * 48271 %% {SECONDS}) * interval '1 s'"
INDEX = "encode(sha256(convert_to({value}, 'UTF8')), 'hex')"


@contextmanager
def scratch_database() -> Iterator[None]:
    """Yield with an empty migrated database, and drop it afterwards."""
    if connection.vendor != "postgresql":
        sys.exit("DATABASE_URL must name a PostgreSQL server")
    name = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = 0")
            cursor.execute("SET synchronous_commit = off")
        call_command("load_reference", verbosity=0)
        yield
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


def fill(count: int) -> None:
    """Write so many cases with an applicant and a respondent each, names as unevenly spread as in
    life: few companies have many cases, some people share a name."""
    clerk = User.objects.create_user("clerk", role=User.Role.COURT, name="clerk")
    template = filing.file_dispute(
        filing.Dispute(
            description="一二三四五",
            applicants=[filing.Person("甲")],
            respondents=[filing.Person("乙")],
            channel=Channel.objects.get(key="police"),
            means="official",
        ),
        key=filing.FilingKey("benchmark", "1"),
        by=clerk,
    ).case
    regions = list(Region.objects.exclude(level="district").values_list("pk", flat=True))
    texts = [plot[voice] for plot in retelling.shipped()["plots"] for voice in ("plain", "court")]
    for start in range(1, count + 1, BATCH):
        rows = (start, min(start + BATCH, count + 1) - 1)
        copy(Case, template.pk, rows, case_columns(template.pk, regions, texts))
        for party in template.parties.all():
            copy(Party, party.pk, rows, party_columns(template.pk, party.side))
    with connection.cursor() as cursor:
        cursor.execute("SELECT setval('cases_case_id_seq', max(id)) FROM cases_case")
        cursor.execute("VACUUM (ANALYZE) cases_case, cases_party")


def copy(
    model: type[Case] | type[Party], like: int, rows: tuple[int, int], own: dict[str, str]
) -> None:
    """Insert rows like an existing one, but for the columns that are given as SQL over `g.n`."""
    names = [str(field.column) for field in model._meta.concrete_fields if not field.primary_key]
    values = [own.get(name, f't."{name}"') for name in names]
    if model is Case:
        names, values = ["id", *names], ["t.id + g.n", *values]
    columns = ", ".join(f'"{name}"' for name in names)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO "{model._meta.db_table}" ({columns}) SELECT {", ".join(values)}'  # noqa: S608
            f' FROM "{model._meta.db_table}" t, generate_series(%s::bigint, %s::bigint) g(n)'
            " WHERE t.id = %s",
            [*rows, like],
        )


def case_columns(template: int, regions: list[int], texts: list[str]) -> dict[str, str]:
    quoted = ", ".join("'" + text.replace("%", "%%") + "'" for text in texts)
    return {
        "filed_at": FILED_AT,
        "region_id": f"(ARRAY{regions})[1 + (g.n * 7919) %% {len(regions)}]",
        "description": f"(ARRAY[{quoted}])[1 + (g.n * 31) %% {len(texts)}] || g.n",
        "amount": "(random() * 900)::int * 50 + 100",
        "status": "(ARRAY['settled', 'failed', 'mediating', 'confirmed', 'filed'])[1 + g.n %% 5]",
    }


def party_columns(template: int, side: str) -> dict[str, str]:
    person = (
        f"substr('{retelling.SURNAMES}', 1 + (power(random(), 2) * {len(retelling.SURNAMES)})::int"
        f" %% {len(retelling.SURNAMES)}, 1)"
        + f" || substr('{retelling.GIVEN}', 1 + (random() * {len(retelling.GIVEN)})::int"
        f" %% {len(retelling.GIVEN)}, 1)" * 2
    )
    name = person
    if side == "respondent":
        firm = f"'测试' || (power(random(), 4) * {COMPANIES})::int || '有限公司'"
        name = f"CASE WHEN g.n %% 3 = 0 THEN {firm} ELSE {person} END"
    return {
        "case_id": f"{template} + g.n",
        "filed_at": FILED_AT,
        "side": f"'{side}'",
        "name": name,
        "name_key": name,
        "phone_index": INDEX.format(value=f"'{side}' || (random() * 700000)::int"),
        "link_index": INDEX.format(value=f"'link {side}' || g.n"),
    }


def measure(probes: int) -> None:
    """File probes like known cases, one after the other, and time the check of each."""
    times, found = [], []
    known = Case.objects.filter(filed_at__gte=timezone.now() - _days(170))
    for case in known.order_by("?")[:probes]:
        known_as = case.pk
        probe = as_filed_again(case)
        start = time.perf_counter()
        matches = duplicates.matches(probe)
        times.append((time.perf_counter() - start) * 1000)
        found.append(any(match.case.pk == known_as for match in matches))
    with CaptureQueriesContext(connection) as captured:
        duplicates.matches(probe)
    queries = len(captured)
    times.sort()
    print(f"cases {Case.objects.count()}, parties {Party.objects.count()}")
    print(
        f"check at filing: median {statistics.median(times):.1f} ms, p95"
        f" {times[int(len(times) * 0.95)]:.1f} ms, most {times[-1]:.1f} ms, {queries} queries"
    )
    print(f"known again: {sum(found)} of {len(found)}")
    slowest = next(q["sql"] for q in captured if "BETWEEN" in q["sql"])
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) " + slowest)
        print("\n".join(row[0] for row in cursor.fetchall()))


def as_filed_again(case: Case) -> Case:
    """Write the same case once more, filed now, with the same people."""
    parties = list(case.parties.all())
    case.pk, case.filed_at, case.status = None, timezone.now(), Case.Status.FILED
    case.save(force_insert=True)
    for number, party in enumerate(parties):
        party.pk, party.case, party.link_index = None, case, f"probe {case.pk} {number}"
        party.save(force_insert=True)
    return case


def _days(count: int) -> dt.timedelta:
    return dt.timedelta(days=count)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=1_000_000)
    parser.add_argument("--probes", type=int, default=300)
    options = parser.parse_args()
    settings.DEBUG = False  # else each query is kept
    with scratch_database():
        start = time.perf_counter()
        fill(options.cases)
        print(f"filled in {time.perf_counter() - start:.0f} s")
        measure(options.probes)


if __name__ == "__main__":
    main()
