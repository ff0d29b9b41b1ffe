#!/bin/sh
# Starts the program as on a disk that can be full: past its limit of the size of files, a write fails and the process lives on. Its log
# is a file of the same disk.
trap '' XFSZ
exec "$PROGRAM" "$@" 2>>stderr.log
