# Completions of finpipe for fish 3 and later: finpipe completions fish | source

function __finpipe_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    # Of --env-file=prod only prod is a path.
    set -l option (string match -r '^--[^=]*=' -- "$current")
    set -l path (string replace -r '^--[^=]*=' '' -- "$current")
    set -l program $words[1]
    set -e words[1]
    for line in ($program complete -- $words "$current" 2>/dev/null)
        switch $line
            case :files
                string replace -r '^' "$option" -- (__fish_complete_path "$path")
            case :dirs
                string replace -r '^' "$option" -- (__fish_complete_directories "$path")
            case '*'
                echo $line
        end
    end
end

complete -c finpipe -f -a '(__finpipe_complete)'
