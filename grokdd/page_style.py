"""How a report looks: dark text on white, set for reading, figures and tables that give way on narrow screens."""

STYLE = """
:root { color-scheme: light; --ink: #1a1a1a; --soft: #555; --rule: #d4d4d4; --tint: #f6f4ef; }
* { box-sizing: border-box; }
body { margin: 0; background: #fff; color: var(--ink);
  font: 1.0625rem/1.55 Charter, "Bitstream Charter", "Sitka Text", Cambria, Georgia, serif; }
main { max-width: 70rem; margin: 0 auto; padding: 2rem clamp(1rem, 4vw, 3rem) 4rem; overflow-wrap: break-word; }
h1, h2, th, .caption, figcaption, .lead b, dt {
  font-family: system-ui, "Segoe UI", "Helvetica Neue", Arial, sans-serif; }
h1 { font-size: clamp(1.6rem, 4.5vw, 2.3rem); line-height: 1.15; margin: 0 0 1rem; text-wrap: balance; }
h2 { font-size: 1.35rem; line-height: 1.25; margin: 3rem 0 .75rem;
  padding-top: .75rem; border-top: 2px solid var(--ink); }
p, dl, .lead, ul { max-width: 44rem; }
p { margin: 0 0 1rem; }
.lead { background: var(--tint); border-left: 4px solid var(--ink); padding: .9rem 1.1rem; margin: 0 0 1rem; }
.lead p:last-child { margin-bottom: 0; }
code { font-family: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; font-size: .88em;
  overflow-wrap: anywhere; }
.panels { display: grid; grid-template-columns: minmax(0, 1fr); gap: 1.5rem 1.75rem; margin: 1.25rem 0 1.75rem; }
figure { margin: 0; max-width: 34rem; }
figure svg { display: block; width: 100%; height: auto; }
figcaption { font-size: .875rem; line-height: 1.4; color: var(--soft); margin-top: .35rem; }
figcaption b { color: var(--ink); }
@media (min-width: 44rem) {
  .panels.of-2, .panels.of-3, .panels.of-4 { grid-template-columns: repeat(2, minmax(0, 1fr)); }
}
@media (min-width: 66rem) { .panels.of-3 { grid-template-columns: repeat(3, minmax(0, 1fr)); } }
.statements { list-style: none; margin: 0 0 1.5rem; padding: 0; max-width: none; }
.statements li { display: grid; grid-template-columns: minmax(0, 1fr) 13rem; gap: 0 2rem;
  padding: .45rem 0; border-bottom: 1px solid var(--rule); }
.verified { margin: 0; font-size: .875rem; line-height: 1.4; color: var(--soft); padding-top: .15rem; }
.formula { display: block; overflow: auto hidden; padding: .25rem 0; }
math { font-family: "STIX Two Math", "Latin Modern Math", "Cambria Math", math; }
@media (max-width: 48rem) { .statements li { grid-template-columns: minmax(0, 1fr); } }
ul { margin: 0 0 1rem; padding-left: 1.25rem; }
.caption { font-size: .875rem; line-height: 1.4; color: var(--soft); margin: 1.5rem 0 .4rem; }
.table { overflow-x: auto; margin: 0 0 1.75rem; }
table { border-collapse: collapse; font-size: .9375rem; line-height: 1.35;
  font-variant-numeric: tabular-nums lining-nums; }
th, td { text-align: left; vertical-align: baseline; padding: .35rem 1.1rem .35rem 0;
  border-bottom: 1px solid var(--rule); }
th { font-size: .8125rem; font-weight: 600; }
thead th { border-bottom: 1.5px solid var(--ink); white-space: nowrap; }
.number { text-align: right; white-space: nowrap; }
td:not(.number), tbody th { min-width: 7rem; }
dl { display: grid; grid-template-columns: minmax(0, 10rem) minmax(0, 1fr); gap: .3rem 1rem; font-size: .9375rem; }
dt { font-size: .8125rem; font-weight: 600; padding-top: .1rem; }
dd { margin: 0; overflow-wrap: anywhere; }
@media (max-width: 32rem) { dl { grid-template-columns: minmax(0, 1fr); gap: 0; } dd { margin-bottom: .5rem; } }
@media (max-width: 40rem) {
  .table { overflow-x: visible; }
  table, tbody, tr { display: block; }
  thead { display: none; }
  tr { border-bottom: 1px solid var(--rule); padding: .45rem 0; }
  tbody th, td { border: 0; padding: .1rem 0; overflow-wrap: anywhere; }
  tbody th { display: block; text-align: left; font-size: .875rem; }
  td { display: grid; grid-template-columns: minmax(0, 7.5rem) minmax(0, 1fr); gap: 0 .75rem; }
  td.number { text-align: left; white-space: normal; }
  td::before { content: attr(data-label); color: var(--soft); font-size: .875rem; }
}
@media print { figure, table { break-inside: avoid; } h2 { break-after: avoid; } }
"""
