#!/bin/sh
# Makes the two fonts of this folder from Debian's fonts-inter: Latin, Greek, Cyrillic, punctuation, arrows and signs.
# Needs apt-get download (Debian) and fonttools (PyPI). Usage: ./subset.sh
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
cd "$work" && apt-get download -q fonts-inter && dpkg -x fonts-inter_*.deb .
for weight in Regular SemiBold; do
  pyftsubset "usr/share/fonts/opentype/inter/Inter-$weight.otf" --output-file="$here/Inter-$weight.otf" \
    --unicodes=U+0020-052F,U+1D00-1DBF,U+1E00-1FFF,U+2000-206F,U+2070-209F,U+20A0-20BF,U+2100-214F,U+2150-218F,U+2190-21FF,U+2200-22FF,U+25A0-25FF,U+2605-2606,U+2713-2717,U+FB00-FB04,U+FFFD \
    --layout-features=kern,mark,mkmk,ccmp,locl,calt,liga,tnum,lnum,case,frac,sups,subs --no-hinting --desubroutinize --name-IDs='*'
done
