#!/usr/bin/env bash
# with_backend.sh PORT CONTROL_PORT COMMAND…: runs a command with the Python test server beside it.
set -euo pipefail
cd "$(dirname "$0")/.."
port=$1 control=$2
shift 2

# The server exits when the pipe to its standard input closes, so it cannot outlive this script.
exec {to_server}> >(cd tests/backend && exec ../../.venv/bin/python -m coda_backend \
  --port "$port" --control-port "$control" --exit-with-stdin >/dev/null)
for _ in $(seq 100); do
  if (exec 3<>"/dev/tcp/127.0.0.1/$control") 2>/dev/null; then
    "$@" {to_server}>&-
    exit
  fi
  sleep 0.1
done
echo "the Python test server did not start on ports $port and $control; its message is above" >&2
exit 1
