"""Reactions of the textbooks as SMILES: each of twelve, with other groups of atoms each time."""

from __future__ import annotations

REACTIONS = (
    "{r}C(=O)O.N{q}.CN(C)C=O>>{r}C(=O)N{q}",  # an acid and an amine: an amide
    "{r}C(=O)O.O{q}.O=S(=O)(O)O>>{r}C(=O)O{q}",  # an acid and an alcohol: an ester (Fischer)
    "{r}C(=O)Cl.N{q}.ClCCl.CCN(CC)CC>>{r}C(=O)N{q}",  # from an acid chloride
    "{r}Br.OB(O){q}.C1COCCO1.[Na+].[Na+].O=C([O-])[O-].[Pd]>>{r}{q}",  # a coupling (Suzuki)
    "{r}C=O.N{q}.CO.[BH4-].[Na+]>>{r}CN{q}",  # reductive amination
    "{r}CBr.O{q}.CN(C)C=O.[K+].[K+].O=C([O-])[O-]>>{r}CO{q}",  # an ether (Williamson)
    "{r}C(=O)OC.N{q}.CO>>{r}C(=O)N{q}",  # aminolysis of an ester
    "CC(C)(C)OC(=O)N{q}.O=C(O)C(F)(F)F.ClCCl>>N{q}",  # a protecting group removed
    "{r}C(=O)OC.[Li+].[OH-].O.C1CCOC1>>{r}C(=O)O",  # hydrolysis of an ester
    "{r}C(C)=O.CO.[BH4-].[Na+]>>{r}C(C)O",  # reduction of a ketone
    "{r}S(=O)(=O)Cl.N{q}.c1ccncc1>>{r}S(=O)(=O)N{q}",  # a sulfonamide
    "{r}CBr.N{q}.CC#N.[K+].[K+].O=C([O-])[O-]>>{r}CN{q}",  # an amine alkylated
)
LEFT = (
    "c1ccccc1",
    "c1ccc(Cl)cc1",
    "COc1ccccc1",
    "c1cc(F)ccc1",
    "c1ccc2ccccc2c1",
    "c1ccncc1",
    "C1CCCCC1",
    "CC(C)c1ccccc1",
    "N#Cc1ccccc1",
    "c1ccsc1",
)
"""Groups that end with the atom that reacts."""
RIGHT = (
    "Cc1ccccc1",
    "c1ccc(C)cc1",
    "C1CCCC1",
    "c1ccc(OC)cc1",
    "CCc1ccccc1",
    "c1ccc(C(F)(F)F)cc1",
    "CCCO",
)
"""Groups that begin with the atom that reacts."""


def reactions(n: int) -> list[str]:
    """`n` different ones, one of each kind in turn; molecules are sorted, as in the data that RXNMapper learnt from."""
    made: list[str] = []
    for index in range(4 * n):
        before, _, after = REACTIONS[index % len(REACTIONS)].partition(">>")
        left, right = LEFT[index % len(LEFT)], RIGHT[index % len(RIGHT)]
        ring = "2" if "{r}" in after else "1"  # rings are counted anew in each molecule
        given = ".".join(sorted(before.format(r=left, q=right).split(".")))
        whole = f"{given}>>{after.format(r=left, q=right.replace('1', ring))}"
        if whole not in made:
            made.append(whole)
    return made[:n]
