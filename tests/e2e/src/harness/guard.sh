# Ends the processes it was told about when the pipe from their starter closes, however the
# starter came to its end.
pids=
while read -r verb pid; do
    case $verb in
        watch) pids="$pids $pid" ;;
        forget)
            rest=
            for known in $pids; do [ "$known" = "$pid" ] || rest="$rest $known"; done
            pids=$rest
            ;;
    esac
done
[ -n "$pids" ] || exit 0
kill -TERM $pids 2>/dev/null
tries=0
while [ "$tries" -lt 50 ]; do
    alive=
    for pid in $pids; do kill -0 "$pid" 2>/dev/null && alive=1; done
    [ -n "$alive" ] || exit 0
    tries=$((tries + 1))
    sleep 0.1
done
kill -KILL $pids 2>/dev/null
