# gnuplot -e "points='FILE'; svg='FILE'" plot.gp: each pair's ratio of ours to the reference, a row per figure.
set terminal svg size 1000, 1500 font "sans,11"
set output svg
set datafile separator "\t"
set logscale x 2
set xtics ("1/16" 0.0625, "1/8" 0.125, "1/4" 0.25, "1/2" 0.5, "1" 1, "2" 2)
set xrange [0.04:2.5]
set xlabel "time, or CPU, as a ratio to the reference's in the same pair; less is better"
set yrange [*:*] reverse
set grid x
set arrow from 1, graph 0 to 1, graph 1 nohead lw 1.5
unset key
plot points using 3:1:ytic(2) with points pt 7 ps 0.5 lc rgb "#204a8770"
