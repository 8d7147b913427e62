"""One work: from records and answers to works, the merges behind them, and the questions that rules leave."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import combinations, islice, product

from tasks.literature.matching.asking import question
from tasks.literature.matching.blocking import pairs
from tasks.literature.matching.comparing import Pair, comparable, compared
from tasks.literature.matching.deciding import BY_A_NUMBER, CUT, IDENTIFIED, Kind, Verdict, decide
from tasks.literature.matching.disputing import disputed
from tasks.literature.matching.doubting import Odds, odds, unlike
from tasks.literature.matching.entry import Answer, Entry
from tasks.literature.matching.features import Features, features_of
from tasks.literature.matching.joining import Groups
from tasks.literature.matching.outcome import Matching, Merge, Question, Work

METHOD = "gonogo rules 2"
"""Name and version of the rules; another version where the same records could give other works."""

_LOOKED_AT = 8
"""Records of a group that are compared with those of another before the two are joined."""
_TRUSTED = 4
"""Of so many pairs between two groups one may be in doubt."""
_Link = tuple[int, int, Verdict]


def match(entries: Sequence[Entry], answers: Iterable[Answer] = ()) -> Matching:
    """Works of the records, under the answers; the order of neither matters.

    Ids are taken as they are, and none may occur twice (ValueError). Answers about records that are not among the
    entries are left out. A "different" beats every rule, also through third records: of a chain of links that would
    join the two, the weakest is left out, and asked once; nothing else is asked of works that are kept apart. A "same"
    beats every rule, and of answers that contradict each other through third records the "different" stands.
    """
    told = sorted((features_of(each.record), each.id) for each in entries)
    ids = [id for _, id in told]
    if len(set(ids)) < len(ids):
        raise ValueError("two records have the same id")
    return _Matcher(disputed([features for features, _ in told]), ids, answers).outcome()


class _Matcher:
    """The state of one matching: places are those in the order of what the records tell, then of ids."""

    def __init__(self, features: list[Features], ids: list[str], answers: Iterable[Answer]) -> None:
        self._features, self._ids = features, ids
        self._all, self._by_rules = Groups(len(ids)), Groups(len(ids))
        self._answered = _placed(answers, {id: at for at, id in enumerate(ids)})
        self._joined_by_hand = any(self._answered.values())
        self._merges: list[Merge] = []
        self._asked: list[_Link] = []

    def outcome(self) -> Matching:
        self._obey()
        self._join(self._links())
        works: dict[int, list[str]] = {}
        for at, id in enumerate(self._ids):
            works.setdefault(self._all.root(at), []).append(id)
        found = sorted(tuple(sorted(each)) for each in works.values())
        return Matching(
            works=tuple(Work(each[0], each) for each in found),
            merges=tuple(sorted(self._merges, key=lambda each: (each.a, each.b))),
            questions=self._questions(),
        )

    def _obey(self) -> None:
        """Keep apart and join what humans said."""
        for (a, b), same in sorted(self._answered.items()):
            if not same:
                self._all.part(a, b)
        for (a, b), same in sorted(self._answered.items()):
            if same and self._all.root(a) != self._all.root(b) and not self._all.parted(a, b):
                self._joined(a, b, "answered")

    def _links(self) -> list[_Link]:
        """Merges that the rules want, the surest first; what they want to ask is kept."""
        links = []
        for a, b in pairs(self._features):
            if not comparable(self._features[a], self._features[b]):
                continue
            verdict = decide(self._compared(a, b))
            if verdict.kind is Kind.MERGE:
                links.append((a, b, verdict))
            elif verdict.kind is Kind.ASK:
                self._asked.append((a, b, verdict))
        unsure = self._fitting_two(links)
        self._asked += [link for link in links if link in unsure]
        links = [link for link in links if link not in unsure]
        links.sort(key=lambda link: (-link[2].strength, -link[2].likeness, link[0], link[1]))
        return links

    def _fitting_two(self, links: list[_Link]) -> set[_Link]:
        """Merges of titles that were cut, so that they fit two works that are not one."""
        by_short: dict[int, list[_Link]] = {}
        for link in (*links, *(each for each in self._asked if each[2].because == BY_A_NUMBER)):
            if link[2].strength <= CUT:
                by_short.setdefault(min(link[:2], key=self._length), []).append(link)
        found: set[_Link] = set()
        for short, several in by_short.items():
            longer = [a + b - short for a, b, _ in several[:_LOOKED_AT]]
            between = [self._compared(one, other) for one, other in combinations(longer, 2)]
            # What a title that ends in dots goes on with may be the number of either.
            if any(unlike(pair) or (self._features[short].cut and not pair.marks) for pair in between):
                found.update(several)
        return found

    def _length(self, at: int) -> tuple[int, bool]:
        return len(self._features[at].letters), not self._features[at].cut

    def _join(self, links: list[_Link]) -> None:
        for a, b, verdict in links:
            if self._by_rules.root(a) == self._by_rules.root(b):
                continue
            if self._all.root(a) == self._all.root(b):
                self._by_rules.join(a, b)
            elif self._all.parted(a, b) or self._contradicted(a, b) or self._numbered_otherwise(a, b, verdict):
                self._asked.append((a, b, verdict))
            else:
                self._by_rules.join(a, b)
                self._joined(a, b, verdict.because)

    def _contradicted(self, a: int, b: int) -> bool:
        """Whether other records of the two groups, as rules made them, cannot be of one work."""
        ours, theirs = (list(islice(sorted(self._by_rules.members(at)), _LOOKED_AT)) for at in (a, b))
        doubts, between = 0, len(ours) * len(theirs)
        for one, other in product(ours, theirs):
            if {one, other} != {a, b}:
                found = odds(self._compared(one, other))
                doubts += found is Odds.DOUBT
                if found is Odds.CONTRADICTION or doubts * _TRUSTED > between:
                    return True
        return False

    def _numbered_otherwise(self, a: int, b: int, verdict: Verdict) -> bool:
        """Whether a record is another part or version than what a human said one of the two groups is too."""
        if verdict.strength >= IDENTIFIED or not self._joined_by_hand:
            return False
        ours, theirs = (list(islice(sorted(self._all.members(at)), _LOOKED_AT)) for at in (a, b))
        return any(not self._compared(one, other).marks for one, other in product(ours, theirs))

    def _joined(self, a: int, b: int, because: str) -> None:
        self._all.join(a, b)
        first, second = sorted((self._ids[a], self._ids[b]))
        self._merges.append(Merge(first, second, because))

    def _compared(self, a: int, b: int) -> Pair:
        return compared(self._features[a], self._features[b])

    def _works(self, a: int, b: int) -> tuple[int, int]:
        """What stands for the works of two records."""
        one, other = self._all.root(a), self._all.root(b)
        return (one, other) if one < other else (other, one)

    def _questions(self) -> tuple[Question, ...]:
        parted = Counter(self._works(a, b) for (a, b), same in self._answered.items() if not same)
        best: dict[tuple[int, int], tuple[tuple[float, float], int, int, Verdict]] = {}
        for a, b, verdict in self._asked:
            one, other = self._works(a, b)
            if one == other or (a, b) in self._answered:
                continue
            if parted[one, other] > (verdict.kind is Kind.MERGE):
                continue
            gain = len(self._all.members(one)) * len(self._all.members(other))
            rank = (-1.0 * (verdict.strength + 25 * (verdict.kind is Kind.MERGE)) * gain, -verdict.likeness)
            if (one, other) not in best or (rank, a, b) < best[one, other][:3]:
                best[one, other] = (rank, a, b, verdict)
        asked = []
        for rank, a, b, verdict in best.values():
            first, second = sorted((a, b), key=lambda at: self._ids[at])
            made = question(self._ids[first], self._ids[second], self._features[first], self._features[second], verdict)
            asked.append((rank, made.a, made.b, made))
        return tuple(made for *_, made in sorted(asked, key=lambda each: each[:3]))


def _placed(answers: Iterable[Answer], places: dict[str, int]) -> dict[tuple[int, int], bool]:
    """Answers by the places of their records, the lower first; of several on a pair a "different" stands."""
    found: dict[tuple[int, int], bool] = {}
    for answer in answers:
        if answer.a in places and answer.b in places and answer.a != answer.b:
            a, b = sorted((places[answer.a], places[answer.b]))
            found[a, b] = answer.same and found.get((a, b), True)
    return found
