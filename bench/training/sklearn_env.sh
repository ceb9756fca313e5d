#!/bin/sh
# Prints the PYTHONPATH under which /usr/bin/python3 finds scikit-learn and XGBoost, for benches that use them as rivals.
#
# Debian's python3-sklearn depends on libboost-dev 1.74, which conflicts with the Boost 1.81 we build with, so its packages are
# downloaded and unpacked into a folder of their own instead of being installed. python3-xgboost looks for its library beside itself
# and in /usr/lib, while Debian has it in /usr/lib/TRIPLET, so a link to it is laid beside.
#
#   sklearn_env.sh [FOLDER]      FOLDER defaults to ${XDG_CACHE_HOME:-~/.cache}/tilth/sklearn
set -eu

folder=${1:-${XDG_CACHE_HOME:-$HOME/.cache}/tilth/sklearn}
packages="python3-sklearn python3-sklearn-lib python3-scipy python3-numpy python3-joblib python3-threadpoolctl
  python3-decorator python3-beniget python3-gast python3-ply python3-pythran
  libopenblas0-pthread libopenblas0 libblas3 liblapack3 libgfortran5 libquadmath0 libgomp1 libxsimd-dev
  liblbfgsb0 python3-xgboost libxgboost0"
python_path="$folder/root/usr/lib/python3/dist-packages"

libraries() {
    for found in "$folder"/root/usr/lib/*/openblas-pthread "$folder"/root/usr/lib/*-linux-gnu; do
        [ -d "$found" ] && printf '%s:' "$found"
    done
}

check() {
    PYTHONPATH=$python_path LD_LIBRARY_PATH=$(libraries) /usr/bin/python3 -c 'import sklearn.linear_model, xgboost' 2>"$folder/check.log"
}

mkdir -p "$folder/debs" "$folder/root"
if ! check; then
    [ -x /usr/bin/python3 ] || { echo "sklearn_env: /usr/bin/python3: missing; apt-get install python3" >&2; exit 1; }
    cd "$folder/debs"
    for package in $packages; do
        ls "${package}"_*.deb >/dev/null 2>&1 && continue
        apt-cache show "$package" >/dev/null 2>&1 || continue
        apt-get download "$package" >&2 || { echo "sklearn_env: $package: cannot be downloaded; run apt-get update" >&2; exit 1; }
    done
    for deb in *.deb; do dpkg-deb -x "$deb" "$folder/root"; done
    for library in "$folder"/root/usr/lib/*/libxgboost.so.0; do
        mkdir -p "$python_path/xgboost/lib"
        ln -sf "$library" "$python_path/xgboost/lib/libxgboost.so"
    done
    check || { echo "sklearn_env: scikit-learn or XGBoost does not import: $(tail -n 1 "$folder/check.log")" >&2; exit 1; }
fi
echo "PYTHONPATH=$python_path LD_LIBRARY_PATH=$(libraries)"
