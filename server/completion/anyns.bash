# SPDX-License-Identifier: BSD-2-Clause
# bash completion for anyns(8)

_anyns() {
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} words
    COMPREPLY=()
    if [[ $previous == -c || $previous == --config || $previous == -s || $previous == --socket ]]; then
        compopt -o filenames
        mapfile -t COMPREPLY < <(compgen -f -- "$current")
        return
    fi
    if ((COMP_CWORD == 1)); then
        words='run check status reload drain undrain freeze unfreeze exabgp --help --version'
    else
        case ${COMP_WORDS[1]} in
        run) words='-c --config --help' ;;
        check) words='-c --config -q --quiet --help' ;;
        status | reload | undrain | unfreeze) words='-c --config -s --socket -j --json --help' ;;
        drain) words='-c --config -s --socket -j --json -w --wait --help' ;;
        freeze) words='announced withdrawn -c --config -s --socket -j --json --help' ;;
        *) return ;;
        esac
    fi
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}

complete -F _anyns anyns
