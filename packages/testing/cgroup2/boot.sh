#!/bin/bash
# boot.sh COMMAND [ARGUMENT...]: runs a command under a real Linux kernel of its own (user-mode Linux, an ordinary
# program) whose cgroup hierarchy is of version 2 with the controllers cpu and memory, for machines that have them in
# version 1. Prints the command's output and exits with its status; 125 when the kernel does not boot.
#
# The machine's files are the guest's, read-only; /tmp is empty there. Needs root, bubblewrap and FRAMEFOLD_UML.
set -u
: "${FRAMEFOLD_UML:?names the linux.uml program; run this by npm run test:cgroup2}"
[ $# -gt 0 ] || { echo "usage: $0 COMMAND [ARGUMENT...]" >&2; exit 64; }
state=$(mktemp -d) || exit 70
trap 'rm -rf "$state"' EXIT

{
  export -p | grep -vE '^declare -x (TMPDIR|OLDPWD|SHLVL|BASH_)'
  printf 'cd %q || exit 125\nexec' "$PWD"
  printf ' %q' "$@"
  echo
} > "$state/command"

cat > "$state/init" <<EOF
#!/bin/bash
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
mount -n -t proc proc /proc
mount -n -t sysfs sysfs /sys
mount -n -t cgroup2 cgroup2 /sys/fs/cgroup
echo '+cpu +memory +pids' > /sys/fs/cgroup/cgroup.subtree_control || exit 1
mkdir -p /dev/pts /dev/shm
mount -n -t devpts devpts /dev/pts
ln -sfn /proc/self/fd /dev/fd
ln -sfn fd/0 /dev/stdin; ln -sfn fd/1 /dev/stdout; ln -sfn fd/2 /dev/stderr
for folder in /dev/shm /run /var/tmp; do mount -n -t tmpfs tmpfs \$folder; done
mount -n -t tmpfs -o mode=1777 tmpfs /tmp
# What the command needs may lie below the folders that have just become empty.
for folder in "$state" "$PWD"; do
  [ -n "\$(ls -A "\$folder" 2> /dev/null)" ] && continue
  mkdir -p "\$folder"
  mount -n -t hostfs -o "\$folder" none "\$folder"
  mount -n -o remount,ro,bind "\$folder"
done
ip link set lo up
for terminal in 1 2 3; do stty -F /dev/tty\$terminal raw -echo; done
# Pipes for the command, which would take a terminal for a person; cat carries them to the consoles.
mkfifo /run/out /run/err
cat /run/out > /dev/tty1 & out=\$!
cat /run/err > /dev/tty2 & err=\$!
setsid -w /bin/bash "$state/command" < /dev/null > /run/out 2> /run/err
status=\$?
for round in \$(seq 20); do { kill -0 \$out || kill -0 \$err; } 2> /dev/null || break; sleep .05; done
echo \$status > /dev/tty3
for terminal in 1 2 3; do stty -F /dev/tty\$terminal raw -echo; done
echo o > /proc/sysrq-trigger
sleep 60
EOF
chmod +x "$state/init"

# The guest's root could make the machine's files writable again, so that they are made read-only outside of it; and
# the kernel's helper processes end with their own process namespace.
TMPDIR=/dev/shm HOME=$state setpriv --pdeathsig KILL timeout -k 5 900 \
  bwrap --unshare-pid --die-with-parent --ro-bind / / --proc /proc --dev-bind /dev /dev --bind "$state" "$state" \
  "$FRAMEFOLD_UML" mem=3G umid=guest uml_dir="$state/" root=none rootfstype=hostfs rootflags=/ ro \
  init="$state/init" cgroup_no_v1=all panic=-1 con=null con0=null,fd:9 con1=null,fd:7 con2=null,fd:8 con3=null,fd:6 \
  6> "$state/status" 7>&1 8>&2 9> "$state/log" < /dev/null >> "$state/log" 2>&1 &
guest=$!
trap 'kill -TERM $guest 2> /dev/null' TERM INT HUP
wait $guest
while kill -0 $guest 2> /dev/null; do wait $guest; done
status=$(cat "$state/status" 2> /dev/null)
case $status in
  '' | *[!0-9]*)
    echo "boot.sh: the kernel did not come to its end; the last it said:" >&2
    tail -n 15 "$state/log" >&2
    exit 125
    ;;
esac
exit "$status"
