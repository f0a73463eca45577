# Sourced by tests/run and .ci/run: looks for the tools that a build and the tests need, installs what apt has, says what is missing.

say() { printf '\033[1m== %s\033[0m\n' "$*" >&2; }

# The major version of the Java that is found first; 0 without one.
java_major() {
  local line
  line=$(java -version 2>&1 | head -n 1) || { echo 0; return; }
  line=$(printf '%s' "$line" | sed -n 's/.*version "\([0-9]*\)[."-]*.*/\1/p')
  echo "${line:-0}"
}

have() {
  case $1 in
  cargo) command -v cargo >/dev/null ;;
  cc) command -v cc >/dev/null && command -v c++ >/dev/null && command -v make >/dev/null && perl -MIPC::Cmd -e 1 2>/dev/null ;;
  java) command -v java >/dev/null && [ "$(java_major)" -ge 17 ] ;;
  python3) command -v python3 >/dev/null && python3 -c 'import tomllib' 2>/dev/null ;;
  *) command -v "$1" >/dev/null ;;
  esac
}

apt_packages() {
  case $1 in
  cc) echo build-essential perl ;;
  java) if apt-cache show openjdk-21-jre-headless >/dev/null 2>&1; then echo openjdk-21-jre-headless; else echo openjdk-17-jre-headless; fi ;;
  mvn) echo maven ;;
  python3) echo python3 ;;
  git) echo git ;;
  *) ;;
  esac
}

how_to_get() {
  case $1 in
  cargo) echo "cargo: install Rust from https://rustup.rs (the version stands in rust-toolchain.toml)" ;;
  cc) echo "a C and C++ compiler, make and perl: Debian: apt-get install build-essential perl; Fedora: dnf install gcc gcc-c++ make perl" ;;
  java) echo "Java 17 or newer: Debian: apt-get install openjdk-17-jre-headless" ;;
  mvn) echo "Maven: Debian: apt-get install maven" ;;
  python3) echo "Python 3.11 or newer: Debian: apt-get install python3" ;;
  *) echo "$1" ;;
  esac
}

# Root, or sudo without a password; empty when neither.
as_root() {
  if [ "$(id -u)" -eq 0 ]; then echo env; elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then echo "sudo -n"; fi
}

need_all() {
  local missing=() packages=() tool root
  [ -e "$HOME/.cargo/env" ] && ! command -v cargo >/dev/null && . "$HOME/.cargo/env"
  for tool in "$@"; do have "$tool" || missing+=("$tool"); done
  [ ${#missing[@]} -eq 0 ] && return
  root=$(as_root)
  if command -v apt-get >/dev/null && [ -n "$root" ]; then
    $root apt-get update -qq >&2 || true
    # shellcheck disable=SC2207
    for tool in "${missing[@]}"; do packages+=($(apt_packages "$tool")); done
    if [ ${#packages[@]} -gt 0 ]; then
      say "installing ${packages[*]}"
      $root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${packages[@]}" >&2 || true
    fi
  fi
  local still=()
  for tool in "${missing[@]}"; do have "$tool" || still+=("$tool"); done
  [ ${#still[@]} -eq 0 ] && return
  echo "What is missing here:" >&2
  for tool in "${still[@]}"; do echo "  - $(how_to_get "$tool")" >&2; done
  exit 3
}
