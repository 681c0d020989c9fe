# Completions of finpipe for PowerShell 5.1 and later:
#   finpipe completions powershell | Out-String | Invoke-Expression

Register-ArgumentCompleter -Native -CommandName 'finpipe', 'finpipe.exe' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $elements = @($commandAst.CommandElements | Where-Object { $_.Extent.StartOffset -lt $cursorPosition })
    $words = @($elements | ForEach-Object { if ($_ -is [System.Management.Automation.Language.StringConstantExpressionAst]) { $_.Value } else { $_.Extent.Text } })
    $program = $words[0]
    $rest = @($words | Select-Object -Skip 1)
    if ($wordToComplete -eq '') {
        # Before 7.3 PowerShell drops an empty argument, unless it is written in quotes.
        if ($PSVersionTable.PSVersion -lt [version]'7.3.0') { $rest += '""' } else { $rest += '' }
    }
    & $program complete '--' @rest 2>$null | ForEach-Object {
        if ($_ -eq ':files' -or $_ -eq ':dirs') {
            # Of --env-file=prod only prod is a path.
            $option = if ($wordToComplete -match '^--[^=]*=') { $Matches[0] } else { '' }
            $path = $wordToComplete.Substring($option.Length)
            [System.Management.Automation.CompletionCompleters]::CompleteFilename($path) | ForEach-Object {
                [System.Management.Automation.CompletionResult]::new("$option$($_.CompletionText)", $_.ListItemText, $_.ResultType, $_.ToolTip)
            }
        } else {
            $text, $about = $_ -split "`t", 2
            if (-not $about) { $about = $text }
            [System.Management.Automation.CompletionResult]::new($text, $text, 'ParameterValue', $about)
        }
    }
}
