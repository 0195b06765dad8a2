/// Whether people or programs read the output.
enum OutputFormat: String, SettingChoice {
    case table
    case json
}
