"""Measures of Dagster what bench/overhead.ts measures of Airgraph, in SQLite homes below a given folder.

Prints one JSON object: its version, and milliseconds or bytes by the name of the figure.
"""

import json
import logging
import os
import sqlite3
import statistics
import subprocess
import sys
import time
import warnings
from datetime import datetime, timedelta

warnings.simplefilter("ignore")

import dagster as dg


def chain(length):
    """Assets that do nothing, each reading the one before."""
    assets = []
    for i in range(length):

        @dg.asset(name=f"a{i:03}", deps=assets[-1:])
        def trivial():
            return dg.MaterializeResult(data_version=dg.DataVersion("1"))

        assets.append(trivial)
    return assets


@dg.asset(partitions_def=dg.DailyPartitionsDefinition(start_date="2020-01-01"))
def one_day(context):
    return dg.MaterializeResult(data_version=dg.DataVersion(context.partition_key))


HOURS = dg.HourlyPartitionsDefinition(start_date="2020-01-01-00:00", end_date="2025-01-01-00:00")
DAYS = dg.DailyPartitionsDefinition(start_date="2020-01-01", end_date="2025-01-01")
MONTHS = dg.MonthlyPartitionsDefinition(start_date="2020-01-01", end_date="2025-01-01")
# By itself `eager` looks at the latest partition alone, and leaves late data in older ones.
ANYTIME = dg.AutomationCondition.eager().without(dg.AutomationCondition.in_latest_time_window())

hours = dg.AssetSpec("hours", partitions_def=HOURS)


@dg.asset(partitions_def=DAYS, deps=[hours], automation_condition=ANYTIME)
def days():
    pass


@dg.asset(partitions_def=MONTHS, deps=[days], automation_condition=ANYTIME)
def months():
    pass


defs = dg.Definitions(assets=[hours, days, months])


def timed(work):
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def fresh(home):
    """An instance with a SQLite home of its own."""
    os.makedirs(home)
    return dg.DagsterInstance.local_temp(home)


def size(folder):
    return sum(os.path.getsize(os.path.join(at, name)) for at, _, names in os.walk(folder) for name in names)


def chained(folder):
    """A chain of 100 assets, materialized in one run of one process."""
    assets = chain(100)
    took = []
    for attempt in range(3):
        with fresh(f"{folder}/chain_{attempt}") as instance:
            took.append(timed(lambda: dg.materialize(assets, instance=instance)) / len(assets))
    return {"chain_ms_per_asset": statistics.median(took)}


def partitions(folder, count=30):
    """Runs of one daily partition each, one after the other, after as many others."""
    home = f"{folder}/partitions"
    with fresh(home) as instance:

        def run(first):
            for day in range(first, first + count):
                key = (datetime(2020, 1, 1) + timedelta(days=day)).strftime("%Y-%m-%d")
                dg.materialize([one_day], partition_key=key, instance=instance)

        run(0)
        before = size(home)
        took = timed(lambda: run(count))
        return {"partition_ms": took / count, "partition_bytes": (size(home) - before) / count}


def report(instance, asset, key):
    instance.report_runless_asset_event(dg.AssetMaterialization(asset, partition=key))


def report_all(instance, home, asset, keys):
    """Leaves what reporting each partition leaves, in less time: all but the first and the last are copies of the first."""
    report(instance, asset, keys[0])
    with sqlite3.connect(f"{home}/history/runs/index.db") as db:
        found = db.execute(
            "SELECT * FROM event_logs WHERE partition = ? AND asset_key LIKE ?", (keys[0], f'%"{asset}"%')
        )
        row = dict(zip((name for name, *_ in found.description), found.fetchone()))
        del row["id"]
        copies = ({**row, "partition": key, "event": row["event"].replace(keys[0], key)} for key in keys[1:-1])
        db.executemany(
            f"INSERT INTO event_logs ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})",
            (tuple(copy.values()) for copy in copies),
        )
    report(instance, asset, keys[-1])


def ticks(folder):
    """43,800 hours, days of hours, months of days: the first tick that meets a change of an old hour, and later ones."""
    home = f"{folder}/ticks"
    with fresh(home) as instance:
        for asset, definition in (("hours", HOURS), ("days", DAYS), ("months", MONTHS)):
            report_all(instance, home, asset, definition.get_partition_keys())
        # This one only notes where it begins.
        result = dg.evaluate_automation_conditions(defs, instance)

        def tick():
            nonlocal result
            result = dg.evaluate_automation_conditions(defs, instance, cursor=result.cursor)

        took = []
        for change in range(6):
            report(instance, "hours", f"2020-01-{change + 2:02}-07:00")
            took.append(timed(tick))
            if result.total_requested == 0:
                raise RuntimeError("changing an hour: its day is not asked for")
        return {"tick_load_ms": took[0], "tick_change_ms": statistics.median(took[1:])}


def listing():
    """The list of three assets, from the shell: Dagster has no command that tells how their partitions are."""
    command = [os.path.join(os.path.dirname(sys.executable), "dagster"), "asset", "list", "-f", __file__]
    run = lambda: subprocess.run(command, check=True, capture_output=True)
    return {"status_ms": statistics.median(timed(run) for _ in range(5))}


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    folder = sys.argv[1]
    figures = {**chained(folder), **partitions(folder), **ticks(folder), **listing()}
    print(json.dumps({"name": f"Dagster {dg.__version__}", "figures": figures}))
