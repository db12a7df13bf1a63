# Waits until the process that started it closes the pipe or dies, then stops the server
# whose data directory is $1/data and removes $1.
trap '' HUP INT TERM
while read -r _; do :; done

# A process id alone proves nothing, it may be somebody else's by now: the server works
# in its data directory.
pid=$(head -n 1 "$1/data/postmaster.pid")
running() { [ -n "$pid" ] && [ "$(readlink "/proc/$pid/cwd")" = "$1/data" ]; }

if running "$1"; then kill -QUIT "$pid"; fi
tries=0
while running "$1" && [ "$tries" -lt 100 ]; do
    sleep 0.1
    tries=$((tries + 1))
done
if running "$1"; then kill -KILL "$pid"; fi
rm -rf -- "$1"
