#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# plot.sh REFERENCE OURS: draws the messages per second and the CPU per message of both libraries over the message's
# size, as SVG on standard output. Each file is the output of `report points`.

set -eu -o pipefail

# gnuplot draws in black without a background. This adds a background, light or dark as the reader prefers, and replaces
# black by a colour that is visible on it.
gnuplot <<END |
set terminal svg size 900, 400 font "sans-serif,13" linewidth 1.2
set datafile separator "\t"
set multiplot layout 1, 2
set logscale xy
set grid xtics ytics lc rgb "#808080" lw 0.3
set xrange [40:5000000]
set xtics ("64 B" 64, "1 kB" 1000, "8 kB" 8000, "20 kB" 20000, "60 kB" 60000, "300 kB" 300000, "1 MB" 1000000, "3 MB" 3000000) rotate by -45
set format y "10^{%L}"
set style data yerrorlines
theirs = "pt 7 ps 0.5 lc rgb '#d9730d'"
ours = "pt 5 ps 0.5 lc rgb '#3b82d6'"
set title "delivered messages per second (more is better)"
set key left bottom
plot '$1' using 1:2:3:4 title "reference" @theirs, '$2' using 1:2:3:4 title "corosync-client" @ours
set title "CPU of the receiver per message, µs (less is better)"
set key left top
plot '$1' using 1:5:6:7 title "reference" @theirs, '$2' using 1:5:6:7 title "corosync-client" @ours
END
    sed -e "s/stroke *= *['\"]black['\"]/stroke='currentColor'/g" -e "s/fill *= *['\"]black['\"]/fill='currentColor'/g" \
        -e 's/ color="black"//g' -e '0,/<rect \(.*\) fill="none"/s//<rect \1 class="paper"/' \
        -e '0,/<desc>/s||<style>svg { color: #1f2328 } .paper { fill: #ffffff }\
@media (prefers-color-scheme: dark) { svg { color: #e6edf3 } .paper { fill: #0d1117 } }</style>\n<desc>|'
