"""Faraday's law for a reduction cell: energy, output and intensity as the trade counts them.

The constants follow from three electrons per aluminium atom (96,485.33 C/mol, 26.9815 g/mol):
one kiloampere-day deposits 0.0080537 t at a current efficiency of one, and a volt over the
cell costs 2,980 kWh/t. See for example Grjotheim and Kvande, Introduction to Aluminium
Electrolysis (1993).
"""

from __future__ import annotations

#: kWh of direct current per tonne, per volt, at a current efficiency of one.
ENERGY_PER_VOLT = 2980.0
#: Tonnes per kiloampere and day at a current efficiency of one.
OUTPUT_PER_KA_DAY = 0.0080537


def dc_energy(voltage: float, current_efficiency: float) -> float:
    """Direct-current energy of a cell.

    Parameters
    ----------
    voltage : float
        Cell voltage in V.
    current_efficiency : float
        Share in (0, 1].

    Returns
    -------
    float
        kWh per tonne of liquid metal.

    Examples
    --------
    The SY300 regular cell (Gao et al. 2017):

    >>> round(dc_energy(3.98, 0.9012))
    13161
    """
    return ENERGY_PER_VOLT * voltage / current_efficiency


def cell_output(current: float, current_efficiency: float) -> float:
    """Metal that one cell makes.

    Parameters
    ----------
    current : float
        Line current in kA.
    current_efficiency : float
        Share in (0, 1].

    Returns
    -------
    float
        Tonnes per cell and day.

    Examples
    --------
    NEUI400(IV) at 460 kA and 94 % (Gao et al. 2017):

    >>> round(cell_output(460, 0.94), 2)
    3.48
    """
    return OUTPUT_PER_KA_DAY * current * current_efficiency


def ac_energy(dc: float, rectifier_efficiency: float, auxiliary: float) -> float:
    """Alternating-current energy of the smelter, pots and auxiliaries.

    Parameters
    ----------
    dc : float
        Direct-current energy in kWh/t.
    rectifier_efficiency : float
        Share in (0, 1].
    auxiliary : float
        Auxiliaries (compressors, fume treatment, casthouse) in kWh/t.

    Returns
    -------
    float
        kWh per tonne.

    Examples
    --------
    >>> round(ac_energy(12739.6, 0.98, 230.0), 1)
    13229.6
    """
    return dc / rectifier_efficiency + auxiliary
