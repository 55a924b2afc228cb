#!/bin/sh
# Installs what tests and reading use beside Python: Chromium, Tesseract with simplified Chinese, a CJK font; SoftHSM, a
# PKCS#11 token in software; pdfsig, which reads signed PDFs as a stranger would; `age`, the peer of sealing in `make bench`.
# Where there is no root or no apt it says so and goes on: what needs them is skipped with a reason.
missing=""
command -v chromium-headless-shell >/dev/null 2>&1 || command -v chromium >/dev/null 2>&1 || missing="$missing chromium"
command -v tesseract >/dev/null 2>&1 || missing="$missing tesseract-ocr"
command -v age >/dev/null 2>&1 || missing="$missing age"
command -v softhsm2-util >/dev/null 2>&1 || missing="$missing softhsm2"
command -v pdfsig >/dev/null 2>&1 || missing="$missing poppler-utils"
command -v openssl >/dev/null 2>&1 || missing="$missing openssl"
{ command -v tesseract >/dev/null 2>&1 && tesseract --list-langs 2>/dev/null | grep -q '^chi_sim$'; } \
  || missing="$missing tesseract-ocr-chi-sim"
{ command -v fc-list >/dev/null 2>&1 && fc-list :lang=zh 2>/dev/null | grep -q .; } || missing="$missing fonts-noto-cjk"
[ -z "$missing" ] && exit 0
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
  echo "not installed, and no root or apt to install it:$missing (what needs it is skipped)"
  exit 0
fi
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
apt-get update >"$log" 2>&1
# where there is Chromium without its windows, it is enough: the same engine, and tests take less of the processor in it
apt-cache show chromium-headless-shell >/dev/null 2>&1 && missing=$(echo "$missing" | sed 's/ chromium\b/&-headless-shell/')
# shellcheck disable=SC2086  a list of words on purpose
if apt-get install -y --no-install-recommends $missing >>"$log" 2>&1; then
  echo "installed:$missing"
else
  echo "could not install:$missing (what needs it is skipped)"
  tail -n 5 "$log"
fi
rm -f "$log"
