# Sourced by broker.sh and registry.sh: Java programs from Maven Central.

need() { command -v "$1" >/dev/null || { echo "${0##*/}: $1 is missing: $2" >&2; exit 3; }; }

# from_maven FOLDER POM PROPERTY [UNPACK]: what POM (beside this file) depends on, brought into FOLDER once; UNPACK is called with the
# folder before it counts as complete. Prints FOLDER.
from_maven() {
  local folder=$1 pom=$2 property=$3 unpack=${4:-:} part
  need java "install a Java 17 or newer (Debian: apt-get install openjdk-17-jre-headless)"
  if [ ! -e "$folder/.complete" ]; then
    need mvn "install Maven (Debian: apt-get install maven)"
    mkdir -p "$(dirname "$folder")"
    # Two that fetch at once must not see each other's half: fetched aside, then moved into place.
    part=$(mktemp -d "$folder.part.XXXXXX")
    mvn -q -B -f "$here/$pom" "-D$property" dependency:copy-dependencies -DoutputDirectory="$part" >&2
    "$unpack" "$part"
    touch "$part/.complete"
    mv -T "$part" "$folder" 2>/dev/null || rm -rf "$part"
  fi
  echo "$folder"
}
