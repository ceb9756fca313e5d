// `tilth ingest`: flags become the settings of a source of kind files, which is then gathered like
// any other. Only what was given is written down, so that a default that improves later improves
// old sources too. Rules are copied into the settings as text: the file may change or go, the
// source must not.
#include <filesystem>
#include <memory>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "app/commands.hpp"
#include "app/gather/show.hpp"
#include "app/output.hpp"
#include "base/error.hpp"
#include "base/run/files.hpp"
#include "ingest/sources/connector.hpp"
#include "service/gather/gather.hpp"

namespace app {

namespace json = boost::json;

namespace {

// A path means the same to a worker in another folder.
std::string lasting(const std::string& input) {
    if (input == "-" || input.find("://") != input.npos) return input;
    return std::filesystem::absolute(input).lexically_normal().string();
}

}  // namespace

void add_ingest(CLI::App& cli, service::Context& context) {
    struct Options {
        std::vector<std::string> inputs;
        std::string contract, source, format = "auto", key, map, encoding, record_path, delimiter,
                                      quote, escape;
        std::vector<std::size_t> widths;
        std::optional<std::uint64_t> skip, header_rows;
        std::optional<double> max_reject_share;
        bool restart = false, allow_private = false, attachments = false;
        std::uint64_t limit = 0, max_rejects = 0;
    };
    auto options = std::make_shared<Options>();
    auto* ingest = cli.add_subcommand(
        "ingest", "Read files, folders, archives, downloads or standard input into a source"
    );
    ingest
        ->add_option(
            "PATH",
            options->inputs,
            "Files, folders, globs, http(s) addresses, or - for standard input"
        )
        ->required();
    ingest->add_option("--source", options->source, "Source to read into; made if there is none")
        ->required()
        ->type_name("NAME");
    ingest->add_option("--format", options->format, "warc, " + ::ingest::format_names());
    ingest->add_option("--key", options->key, "Field that names a record")->type_name("COLUMN");
    ingest
        ->add_option("--map", options->map, "What the fields mean: key, text, columns, group, time")
        ->type_name("RULES.toml");
    ingest
        ->add_option(
            "--contract",
            options->contract,
            "For records with other fields than the first run's: quarantine, evolve, freeze, "
            "discard_value or discard_row"
        )
        ->type_name("WORD");
    ingest->add_option("--delimiter", options->delimiter, "Of CSV, when it is guessed wrongly");
    ingest->add_option("--quote", options->quote, "Of CSV; none for no quotes");
    ingest->add_option("--escape", options->escape, "Of CSV; none for none");
    ingest->add_option("--skip", options->skip, "Rows above the table in CSV, lines in fixed");
    ingest->add_option("--header-rows", options->header_rows, "Of CSV or fixed; 0 for no header");
    ingest
        ->add_option(
            "--widths",
            options->widths,
            "Of the columns of a fixed-width table, when they are guessed wrongly: 10,8,20"
        )
        ->delimiter(',');
    ingest->add_flag(
        "--attachments", options->attachments, "Store the attachments of mail too, as its blob"
    );
    ingest->add_option(
        "--encoding", options->encoding, "utf-8, utf-16le, utf-16be, iso-8859-1, windows-1252"
    );
    ingest->add_option(
        "--record-path",
        options->record_path,
        "JSON pointer to the array, or the XML element of a record"
    );
    ingest->add_option("--limit", options->limit, "Stop after so many records");
    ingest->add_option(
        "--max-rejects", options->max_rejects, "Fail when more inputs than this are rejected"
    );
    ingest
        ->add_option(
            "--max-reject-share",
            options->max_reject_share,
            "Fail when a larger share of the inputs is rejected: 0.05"
        )
        ->check(CLI::Range(0.0, 1.0));
    ingest->add_flag(
        "--restart",
        options->restart,
        "Start at the beginning, not where an interrupted run stopped"
    );
    ingest->add_flag(
        "--allow-private", options->allow_private, "Also fetch from private and loopback addresses"
    );
    ingest->callback([options, &context] {
        json::object spec;
        json::array inputs;
        for (const auto& input : options->inputs) inputs.emplace_back(lasting(input));
        spec["inputs"] = inputs;
        auto put = [&](const char* name, const std::string& value) {
            if (!value.empty()) spec[name] = value;
        };
        put("format", options->format);
        put("key", options->key);
        put("contract", options->contract);
        put("delimiter", options->delimiter);
        put("encoding", options->encoding);
        put("record_path", options->record_path);
        put("quote", options->quote);
        put("escape", options->escape);
        if (options->skip) spec["skip"] = *options->skip;
        if (options->header_rows) spec["header_rows"] = *options->header_rows;
        if (!options->widths.empty()) spec["widths"] = json::value_from(options->widths);
        if (options->attachments) spec["attachments"] = true;
        if (options->max_reject_share) spec["max_reject_share"] = *options->max_reject_share;
        if (!options->map.empty()) {
            spec["rules"] = base::read_whole_file(options->map);
            spec["rules_name"] = options->map;
        }
        if (options->allow_private) spec["allow_private"] = true;
        if (options->restart) spec["restart"] = true;
        if (options->limit > 0) spec["limit"] = options->limit;
        if (options->max_rejects > 0) spec["max_rejects"] = options->max_rejects;
        gather_and_tell(
            context, service::ensure_source(context.environment(), options->source, "files", spec)
        );
    });
}

}  // namespace app
