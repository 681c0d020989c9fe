# Completions of finpipe for bash 3.2 and later: eval "$(finpipe completions bash)"

_finpipe() {
  local line paths="" current=${COMP_WORDS[COMP_CWORD]}
  local IFS=$'\n'
  COMPREPLY=()
  # bash takes a = for a word of its own.
  [[ $current == "=" ]] && current=""
  while read -r line; do
    case $line in
      :files) paths=-f ;;
      :dirs) paths=-d ;;
      *) COMPREPLY+=("${line%%$'\t'*}") ;;
    esac
  done < <("${COMP_WORDS[0]}" complete -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
  if [[ -n $paths ]]; then
    compopt -o filenames 2>/dev/null
    while read -r line; do COMPREPLY+=("$line"); done < <(compgen "$paths" -- "$current")
  fi
}

complete -F _finpipe finpipe
