#compdef finpipe
# Completions of finpipe for zsh: eval "$(finpipe completions zsh)", after compinit; or in a file named
# _finpipe in a folder of $fpath.

_finpipe() {
  local line paths="" text about tab=$'\t'
  local -a found
  local -a typed=("${(@Q)words[2,CURRENT]}")
  [[ -z ${words[CURRENT]} ]] && typed[CURRENT-1]=""
  local -a lines=("${(@f)$("${(Q)words[1]}" complete -- "${typed[@]}" 2>/dev/null)}")
  # Of --format=csv only csv is matched.
  [[ ${words[CURRENT]} == --*=* ]] && compset -P '*='
  for line in "${lines[@]}"; do
    case $line in
      '') ;;
      :files) paths=files ;;
      :dirs) paths=dirs ;;
      *)
        text=${line%%$tab*}
        [[ $IPREFIX == --*= ]] && text=${text#*=}
        text=${text//:/\\:}
        about=""
        [[ $line == *$tab* ]] && about=:${line#*$tab}
        found+=("$text$about")
        ;;
    esac
  done
  local status_=1
  (( ${#found} )) && _describe -t finpipe finpipe found && status_=0
  [[ $paths == files ]] && _files && status_=0
  [[ $paths == dirs ]] && _files -/ && status_=0
  return $status_
}

if [[ ${funcstack[1]-} == _finpipe ]]; then
  _finpipe "$@"
else
  compdef _finpipe finpipe
fi
