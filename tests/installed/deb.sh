#!/bin/sh
# A system that has nothing but a package of Debian:
#     deb.sh install <file> <folder that is empty>
#     deb.sh remove <file> <the same folder>
set -eu
file=$2 root=$3 database=$3/var/lib/dpkg
# Where dpkg looks for programs of the system.
PATH=$PATH:/usr/sbin:/sbin
system() { dpkg --root="$root" --log=/dev/null "$@"; }

if [ "$(id -u)" != 0 ]; then
    # Without the rights of root it is unpacked only.
    case $1 in
    install) dpkg-deb -x "$file" "$root" ;;
    remove) rm -r "$root/usr" ;;
    esac
    exit
fi
case $1 in
install)
    mkdir -p "$database/info" "$database/updates"
    : > "$database/status"
    system --install "$file"
    ;;
remove)
    system --purge "$(dpkg-deb --field "$file" Package)"
    ;;
esac
