#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/fwd.hpp>

#include "base/json/shape_of.hpp"
#include "base/settings/document.hpp"

// Typed values out of documents. One wording for all faults, which are base::UsageError:
//
//     crawl.toml, line 3: unknown key 'dealy'; did you mean 'delay'? known: delay, depth, ..
//     crawl.toml, line 4: 'depth' must be a whole number from 0 to 1000
//     crawl.toml, line 5: scope 'hots' is unknown; did you mean 'host'? known: host, domain or any
//     setting 'stream[0].name': is missing
//
// What is absent keeps the value that it has; lists and tables are replaced as wholes. A single
// value is taken for a list of one. No text may hold a NUL character.
namespace base {

// `whole`: what is required must be there and the checks of structs are run.
enum class Reading { whole, partial };

void read_record(
    const Record& record,
    void* to,
    const Document& document,
    Reading reading = Reading::whole
);
void read_value(
    const Shape& shape,
    void* to,
    const Document& document,
    const SettingOptions& options = {}
);

// Sets one member, or a part of one by its path ("files.types", "headers.Accept"), from texts as
// they stand in a variable or behind a flag: lists take one text each, or JSON; tables NAME=VALUE,
// or JSON. Faults are of `thing`: "TILTH_SERVER_PORT", "--depth".
void set_by_text(
    const Record& record,
    void* to,
    std::string_view path,
    std::span<const std::string> texts,
    const std::string& thing
);

// What Reading::partial left out, for a value that was put together from several places.
void check_record(const Record& record, void* value, const Document& document);

// A described or declared value of JSON; `word` is what its parts are called in messages.
template <typename T>
T from_json(const boost::json::value& json, const std::string& word = "member") {
    T value{};
    read_value(shape_of<T>(), &value, Document::of(json, word));
    return value;
}

// Whether a text refers to a secret: env:NAME or file:PATH.
bool is_secret_reference(std::string_view text);

// "a whole number from 1 to 100", "a list of texts", "host, domain or any".
std::string wanted(const Shape& shape, const SettingOptions& options);

// "did you mean 'delay'? known: delay, depth and scope", without the question if nothing is near.
std::string mend_of_unknown(std::string_view text, const std::vector<std::string>& known);

}  // namespace base
