#include "base/html/html.hpp"

namespace base {

const std::string_view page_style = R"css(
:root{--bg:#f7f4ee;--card:#fffdf9;--ink:#23201b;--soft:#6f685c;--line:#e4ddcf;--grid:#ece6da;--leaf:#2c6e4f;--leaf-soft:#d8e8dd;
--ochre:#b8741a;--clay:#a8452c;--heat:44,110,79;--heat-off:168,69,44;--wash:#f1ece1}
@media (prefers-color-scheme:dark){:root{--bg:#151411;--card:#1d1b17;--ink:#ece6da;--soft:#a89f8f;--line:#36322a;--grid:#2a2721;
--leaf:#7fc79d;--leaf-soft:#243c30;--ochre:#e2ab55;--clay:#e58a70;--heat:110,190,145;--heat-off:229,138,112;--wash:#24211c}}
*{box-sizing:border-box}
html{scroll-behavior:smooth;-webkit-text-size-adjust:100%}
@media (prefers-reduced-motion:reduce){html{scroll-behavior:auto}}
body{margin:0;background:var(--bg);color:var(--ink);font:16px/1.55 ui-sans-serif,system-ui,"Segoe UI",Roboto,"Noto Sans",sans-serif;
font-variant-numeric:tabular-nums}
a{color:var(--leaf)}a:focus-visible,summary:focus-visible,.scroll:focus-visible{outline:2px solid var(--leaf);outline-offset:3px;border-radius:4px}
.skip{position:absolute;left:-999px}.skip:focus{left:1rem;top:1rem;background:var(--card);padding:.5rem 1rem}
.page{max-width:1120px;margin:0 auto;padding:3.5rem 1.5rem 5rem}
header .eyebrow{color:var(--leaf);font-weight:600;font-size:.8rem;letter-spacing:.09em;text-transform:uppercase;margin:0}
h1{font:600 clamp(2rem,4.5vw,3.1rem)/1.1 Charter,"Iowan Old Style",Georgia,serif;margin:.35rem 0 .4rem;letter-spacing:-.015em}
header .sub{color:var(--soft);font-size:1.1rem;margin:0}
nav{position:sticky;top:0;z-index:2;background:var(--bg);margin:1.6rem -1.5rem 0;padding:.6rem 1.5rem;border-bottom:1px solid var(--line);
display:flex;gap:.2rem 1.3rem;flex-wrap:wrap;font-size:.88rem}
nav a{color:var(--soft);text-decoration:none}nav a:hover{color:var(--leaf)}
section{margin-top:3rem;scroll-margin-top:4rem}
h2{font:600 1.5rem/1.2 Charter,"Iowan Old Style",Georgia,serif;margin:0 0 .3rem}
h2+p.lead{margin:0 0 1.2rem;color:var(--soft);max-width:46rem}
.card{background:var(--card);border:1px solid var(--line);border-radius:14px;padding:1.3rem 1.4rem}
.grid{display:grid;gap:1.2rem;grid-template-columns:repeat(auto-fit,minmax(min(100%,26rem),1fr));align-items:start}
.figures{display:grid;gap:1rem;grid-template-columns:repeat(auto-fit,minmax(13.5rem,1fr));margin-top:1.8rem}
.figure{background:var(--card);border:1px solid var(--line);border-radius:14px;padding:1.1rem 1.3rem 1.2rem}
.figure .name{color:var(--soft);font-size:.85rem}
.figure .value{font:600 2.4rem/1.15 Charter,"Iowan Old Style",Georgia,serif;letter-spacing:-.02em}
.figure .range{font-size:.85rem;color:var(--soft)}
.figure .gain{display:inline-block;margin-top:.5rem;font-size:.82rem;font-weight:600;color:var(--leaf);background:var(--leaf-soft);border-radius:99px;padding:.1rem .65rem}
.figure .gain.worse{color:var(--clay);background:var(--wash)}
.warn{border-left:3px solid var(--ochre);background:var(--wash);padding:.6rem 1rem;margin:.8rem 0;border-radius:0 8px 8px 0}
dl.facts{display:grid;grid-template-columns:repeat(auto-fill,minmax(15rem,1fr));gap:.7rem 1.5rem;margin:1.6rem 0 0}
dl.facts dt{color:var(--soft);font-size:.8rem}dl.facts dd{margin:0;overflow-wrap:anywhere}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:.92rem}
caption{text-align:left;color:var(--soft);font-size:.85rem;padding-bottom:.5rem}
th,td{padding:.45rem .7rem;text-align:right;border-bottom:1px solid var(--line);white-space:nowrap}
th{font-weight:600;color:var(--soft);font-size:.82rem}
td:first-child,th:first-child{text-align:left;padding-left:0}
td.text,th.text{text-align:left;white-space:normal}
tbody tr:last-child td,tbody tr:last-child th{border-bottom:0}
tbody th{color:var(--ink);font-weight:500;font-size:.92rem}
tr.chosen th,tr.chosen td{font-weight:600}tr.chosen th::after{content:"this run";margin-left:.6rem;font-size:.72rem;font-weight:600;color:var(--leaf);background:var(--leaf-soft);border-radius:99px;padding:.1rem .55rem}
.dim{color:var(--soft);font-weight:400}
.meter{display:inline-block;width:5.5rem;height:.5rem;border-radius:99px;background:var(--wash);vertical-align:middle;margin-left:.6rem;overflow:hidden}
.meter i{display:block;height:100%;background:var(--leaf);border-radius:99px}.meter.bad i{background:var(--clay)}
table.heat{width:auto;font-size:.78rem;border-spacing:2px;border-collapse:separate}
table.heat td{text-align:center;min-width:2.3rem;height:2.1rem;padding:.1rem .3rem;border:0;border-radius:4px;background:rgba(var(--heat-off),var(--v))}
table.heat td.hit{background:rgba(var(--heat),var(--v))}table.heat td.strong{color:var(--card)}
table.heat td.zero{color:transparent;background:var(--wash)}
table.heat th{border:0;padding:.1rem .45rem}table.heat tbody th{text-align:right;font-size:.78rem}
table.heat thead th{height:7.5rem;vertical-align:bottom;text-align:left;padding:0}
table.heat thead th span{display:inline-block;writing-mode:vertical-rl;transform:rotate(180deg);max-height:7.2rem;overflow:hidden;text-overflow:ellipsis;white-space:nowrap;padding:.3rem 0}
svg{display:block;width:100%;max-width:36rem;height:auto;font:12px ui-sans-serif,system-ui,sans-serif}
svg text{fill:var(--soft)}svg .ink{fill:var(--ink)}svg .rule{stroke:var(--grid);stroke-width:1}svg .axis{stroke:var(--soft);stroke-width:1}
svg .one{stroke:var(--leaf);fill:none;stroke-width:2.2}svg .two{stroke:var(--ochre);fill:none;stroke-width:2.2}svg .dash{stroke-dasharray:5 5}
svg .dot{fill:var(--leaf)}svg .dot2{fill:var(--ochre)}svg .faint{fill:var(--leaf);opacity:.3}svg .a{fill:var(--leaf)}svg .b{fill:var(--ochre)}svg .c{fill:var(--soft)}
.key{display:flex;flex-wrap:wrap;gap:.2rem 1.2rem;font-size:.84rem;color:var(--soft);margin:.6rem 0 0}
.key b{display:inline-block;width:.75rem;height:.75rem;border-radius:3px;margin-right:.4rem;vertical-align:-1px}
.key .a{background:var(--leaf)}.key .b{background:var(--ochre)}.key .c{background:var(--soft)}
ul.findings{list-style:none;margin:0;padding:0;display:grid;gap:.9rem;grid-template-columns:repeat(auto-fill,minmax(min(100%,20rem),1fr))}
ul.findings li{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:.9rem 1.1rem;display:flex;gap:1rem;min-width:0}
ul.findings img{width:84px;height:84px;object-fit:contain;image-rendering:pixelated;border-radius:8px;background:#000;flex:none}
ul.findings .what{min-width:0;flex:1}
ul.findings .verdict{font-weight:600}ul.findings .verdict s{color:var(--clay);text-decoration:none}ul.findings .verdict em{color:var(--leaf);font-style:normal}
ul.findings p{margin:.35rem 0 0;font-size:.87rem;color:var(--soft);overflow-wrap:anywhere;display:-webkit-box;-webkit-line-clamp:5;-webkit-box-orient:vertical;overflow:hidden}
ul.findings .id{font-size:.78rem;color:var(--soft);overflow-wrap:anywhere}
.badge{display:inline-block;font-size:.72rem;font-weight:600;border-radius:99px;padding:.1rem .6rem;color:var(--leaf);background:var(--leaf-soft);vertical-align:2px}
.badge.bad{color:var(--clay);background:var(--wash)}
.fields{display:grid;gap:1.2rem;grid-template-columns:repeat(auto-fill,minmax(min(100%,21rem),1fr))}
.fields .card{min-width:0}.fields h3{font-size:1.02rem;margin:0 0 .6rem;overflow-wrap:anywhere}.fields svg{max-width:none;margin:.3rem 0 .6rem}
dl.small{display:grid;grid-template-columns:repeat(auto-fill,minmax(7.2rem,1fr));gap:.35rem .9rem;margin:0;font-size:.86rem}
dl.small dt{color:var(--soft);font-size:.76rem}dl.small dd{margin:0;overflow-wrap:anywhere}
ul.alerts{list-style:none;margin:0;padding:0}ul.alerts li{padding:.45rem 0;border-bottom:1px solid var(--line)}ul.alerts li:last-child{border:0}
td.bad{color:var(--clay);font-weight:600}
footer{margin-top:4rem;color:var(--soft);font-size:.85rem;border-top:1px solid var(--line);padding-top:1rem}
@media print{nav{display:none}.card,.figure,ul.findings li{break-inside:avoid}}
)css";

}  // namespace base
