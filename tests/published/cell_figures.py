"""The designs of Gao et al. and Faraday's law."""

from __future__ import annotations

from alopt.electrolysis import cell_output, dc_energy

from .figure import Figure, printed_digit

THEME = "Cells"

GAO = (
    "Gao B., Wang Z., Shi Z., Hu X.: History and Recent Developments in Aluminum Smelting in China, "
    "ICSOBA 2017, Table 2"
)
GAO_BARS = GAO.replace("Table 2", "section 4.2")

#: Designs of Table 2 with their class in the inputs: kA, current efficiency, V, t per cell-day, kWh per kg.
DESIGNS = {
    "NEUI400(IV)": ("neui400", 460, 0.94, 3.9, 3.48, 12.36),
    "SY400": ("sy400", 400, 0.934, 3.942, 3.01, 12.58),
    "SY500": ("sy500", 500, 0.92, 3.95, 3.70, 12.79),
    "SY600": ("sy600", 600, 0.928, 3.78, 4.56, 12.14),
    "NEUI600": ("neui600", 600, 0.925, 3.95, 4.56, 12.73),
}

#: Figures of the paper that do not follow from the voltage, current and efficiency beside them.
SLIPS = {
    "SY600, output": "The table prints 4.56 t per cell-day for both designs; Faraday gives 4.48 here.",
    "NEUI600, output": "The table prints 4.56 t per cell-day for both designs; Faraday gives 4.47 here.",
    "220 kA with slotted bars, energy": "12.390 kWh/kg is printed; 3.77 V at 91.84 % are 12.233 by Faraday.",
}


def _designs() -> list[Figure]:
    """Output and energy of the five designs."""
    figures = []
    for design, (cell, current, efficiency, _, output, energy) in DESIGNS.items():
        made = cell_output(current, efficiency)
        slip = SLIPS.get(f"{design}, output")
        figures += [
            Figure(
                theme=THEME,
                name=f"{design}, output",
                unit="t per cell-day",
                published=output,
                tolerance=printed_digit(output, 0.01),
                citation=GAO,
                source="gao_2017",
                calibrated=False,
                scenario="base-2024",
                computed=lambda results, cell=cell: results.data.cells[cell].output_t_per_day,
                hit=slip is None,
                deviation=None if slip is None else made / output - 1,
                cause=slip,
            ),
            Figure(
                theme=THEME,
                name=f"{design}, energy",
                unit="kWh DC per kg",
                published=energy,
                tolerance=printed_digit(energy, 0.01),
                citation=GAO,
                source="gao_2017",
                calibrated=False,
                scenario="base-2024",
                computed=lambda results, cell=cell: results.data.cells[cell].dc / 1000,
            ),
        ]
    return figures


CELL_FIGURES = (
    *_designs(),
    Figure(
        theme=THEME,
        name="220 kA with slotted bars, energy",
        unit="kWh DC per kg",
        published=12.390,
        tolerance=printed_digit(12.390, 0.001),
        citation=GAO_BARS,
        source="gao_2017",
        calibrated=False,
        scenario=None,
        computed=lambda _: dc_energy(3.77, 0.9184) / 1000,
        hit=False,
        deviation=2980.0 * 3.77 / 0.9184 / 12_390 - 1,
        cause=SLIPS["220 kA with slotted bars, energy"],
    ),
)
