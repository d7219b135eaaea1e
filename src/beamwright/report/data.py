"""A study's records as the report needs them: one table of drops by points per curve and metric."""

from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from beamwright.records import USABLE, Card, Store, Study, to_frame

Where = dict[str, tuple[float, float]]


@dataclass(frozen=True)
class Data:
    """Records of one study, read once."""

    store: Store

    @cached_property
    def card(self) -> Card:
        """Card of the records: study, seed, drops, parts."""
        return self.store.card()

    @cached_property
    def study(self) -> Study:
        """The study these records belong to."""
        return self.card.study

    @cached_property
    def _loaded(self) -> tuple[pd.DataFrame, set[str]]:
        """All records, and the names of the parts they are from."""
        parts = self.store.parts()
        return to_frame(list(parts.values())), set(parts)

    @cached_property
    def frame(self) -> pd.DataFrame:
        """All records (columns of ``records.table``)."""
        return self._loaded[0]

    @cached_property
    def missing(self) -> int:
        """Chunks that are declared but not computed yet, or damaged."""
        return len(self.card.parts) - len(self._loaded[1])

    @cached_property
    def damaged(self) -> list[str]:
        """Names of parts that are not what was once written."""
        return self.store.damaged([name for name in self.card.parts if name not in self._loaded[1]])

    @cached_property
    def axes(self) -> list[str]:
        """Names of the axes."""
        return [axis.name for axis in self.study.axes]

    @cached_property
    def _groups(self) -> dict[tuple[str, str], pd.DataFrame]:
        if self.frame.empty:
            return {}
        return dict(list(self.frame.groupby(["curve", "metric"], observed=True, sort=False)))  # type: ignore[arg-type]

    def table(self, curve: str, metric: str, where: Where | None = None) -> dict[tuple[float, ...], pd.DataFrame]:
        """Point -> table of drops (rows) by users, targets or samples (columns), in the order of the plan.

        Drops whose status is not usable are NaN, unless the metric is one for every status.
        """
        rows = self._groups.get((curve, metric))
        if rows is None:
            return {}
        values = rows["value"].where(rows["status"].isin(USABLE) | self.study.metric(metric).every_status)
        wide = rows.assign(value=values).pivot(index=[*self.axes, "drop"], columns="index", values="value")
        points = self.study.points_of(self.study.curve(curve))
        present = set(wide.index.droplevel("drop"))
        single = len(self.axes) == 1
        keys = [(point, point[0] if single else point) for point in points if self._inside(point, where)]
        return {
            point: wide.xs(key, level=self.axes[0] if single else self.axes) for point, key in keys if key in present
        }

    def scalar(self, curve: str, metric: str, where: Where | None = None) -> pd.DataFrame:
        """Drops (rows) by points (columns, in plan order) of a metric with one value per drop."""
        tables = self.table(curve, metric, where)
        return pd.DataFrame({point: table.iloc[:, 0] for point, table in tables.items()})

    def usable_share(self, curve: str, metric: str) -> dict[tuple[float, ...], float]:
        """Point -> share of a curve's designs whose status is usable, as the records of a metric have it."""
        rows = self._groups.get((curve, metric))
        if rows is None:
            return {}
        usable = rows["status"].isin(USABLE).groupby([rows[axis] for axis in self.axes]).mean()
        return {key if isinstance(key, tuple) else (key,): float(share) for key, share in usable.items()}

    def status_counts(self) -> pd.DataFrame:
        """Curves by status: how many designs ended how."""
        if self.frame.empty:
            return pd.DataFrame()
        designs = self.frame.drop_duplicates(["curve", *self.axes, "drop"])
        counts = pd.crosstab(designs["curve"].astype(str), designs["status"].astype(str))
        return counts.reindex([curve.name for curve in self.study.curves if curve.name in counts.index])

    def _inside(self, point: tuple[float, ...], where: Where | None) -> bool:
        values = dict(zip(self.axes, point, strict=True))
        return all(low <= values[axis] <= high for axis, (low, high) in (where or {}).items())


def on_common_drops(tables: list[pd.DataFrame]) -> list[pd.DataFrame]:
    """Tables (drops by points) with only the drops that can be compared, all others NaN.

    These are the drops with a value at every point of every table, so that neither curves nor their points differ in
    channels. Where fewer than half the drops are left, it is asked at each point for itself.
    """
    known = [table.notna() for table in tables if not table.empty]
    if not known:
        return tables
    everywhere = pd.concat(known, axis=1).eq(True).all(axis=1)
    if 2 * everywhere.sum() >= len(everywhere):
        return [table.where(everywhere.reindex(table.index), axis=0) for table in tables]
    points = {point for table in known for point in table.columns}
    here = {p: pd.concat([k[p] for k in known if p in k], axis=1).eq(True).all(axis=1) for p in points}
    return [pd.DataFrame({p: table[p].where(here[p].reindex(table.index)) for p in table.columns}) for table in tables]
