# SPDX-License-Identifier: BSD-2-Clause
# bash completion for anyns(8)

_anyns() {
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} words
    COMPREPLY=()
    if [[ ${COMP_WORDS[1]} != probe ]] &&
        [[ $previous == -c || $previous == --config || $previous == -s || $previous == --socket ]]; then
        compopt -o filenames
        mapfile -t COMPREPLY < <(compgen -f -- "$current")
        return
    fi
    if [[ ${COMP_WORDS[1]} == probe && $previous == @(--agents|--read|--atlas|--svg) ]]; then
        compopt -o filenames
        mapfile -t COMPREPLY < <(compgen -f -- "$current")
        return
    fi
    if [[ ${COMP_WORDS[1]} == probe && $previous == @(-a|--ask) ]]; then
        mapfile -t COMPREPLY < <(compgen -W 'id.server hostname.bind nsid' -- "$current")
        return
    fi
    if ((COMP_CWORD == 1)); then
        words='run check status reload drain undrain freeze unfreeze probe exabgp --help --version'
    else
        case ${COMP_WORDS[1]} in
        run) words='-c --config --help' ;;
        check) words='-c --config -q --quiet --help' ;;
        status | reload | drain | undrain | freeze | unfreeze) words='-c --config -s --socket -j --json --help' ;;
        probe)
            words='-a --ask --identity-name -Q --query -u --udp -t --tcp -r --recurse --subnet -n --count -D --duration
                -i --interval -w --timeout -s --source -S --source-ports --vantage --agents --read --atlas
                -j --json -q --quiet -v --verbose --svg -h --help'
            ;;
        *) return ;;
        esac
    fi
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}

complete -F _anyns anyns
