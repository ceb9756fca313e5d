#include "app/gather/preview.hpp"

#include <cmath>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "app/output.hpp"
#include "base/error.hpp"
#include "ingest/mapping/mapping.hpp"
#include "service/gather/gather_records.hpp"

namespace app {

namespace json = boost::json;

namespace {

constexpr std::size_t page_bytes = 8 * 1024 * 1024;
constexpr std::size_t shown_text = 200;

json::object to_json(const schema::Draft& draft, const std::vector<schema::Column>& columns) {
    json::object numbers;
    for (std::size_t i = 0; i < draft.numbers.size(); ++i)
        if (!std::isnan(draft.numbers[i])) numbers[columns[i].name] = draft.numbers[i];
    for (const auto& [column, value] : draft.categories) numbers[columns[column].name] = value;
    json::object object{{"key", draft.key}, {"columns", numbers}};
    json::error_code failed;
    auto payload = json::parse(draft.payload, failed);
    object["payload"] = failed ? json::value(draft.payload) : payload;
    if (draft.text) {
        object["title"] = draft.text->title;
        object["body"] = draft.text->body;
    }
    if (!draft.group.empty()) object["group"] = draft.group;
    if (draft.time) object["time"] = schema::timestamp(*draft.time);
    object["file"] = draft.origin.file;
    if (!draft.origin.member.empty()) object["member"] = draft.origin.member;
    return object;
}

void show(service::Context& context, const json::object& object) {
    if (context.json) return print_json(object);
    auto line = json::serialize(object);
    if (line.size() > shown_text) line = line.substr(0, shown_text) + " ..";
    print_line(line);
}

}  // namespace

void preview(service::Context& context, const schema::Source& source, std::uint64_t records) {
    auto request = service::run_request(context.environment(), source, context.stop());
    auto connector = service::open_request(request);
    std::optional<ingest::Mapping> mapping;
    for (std::uint64_t shown = 0; shown < records;) {
        ingest::Page page;
        bool more = connector->next(page, records - shown, page_bytes);
        if (!mapping) mapping.emplace(service::rules_for(request, page), request.read_page);
        for (const auto& record : page.records) {
            schema::Draft draft;
            schema::Reject reject;
            if (mapping->apply(page, record, draft, reject)) {
                show(context, to_json(draft, mapping->columns()));
            } else {
                page.rejects.push_back(std::move(reject));
            }
            ++shown;
        }
        for (const auto& reject : page.rejects)
            show(
                context,
                {{"reject", reject.code},
                 {"reason", reject.reason},
                 {"file", reject.file},
                 {"line", reject.line}}
            );
        if (!more) break;
    }
    if (auto parked = connector->parked())
        if (!context.json) print_line("parked: " + parked->reason);
    if (!context.json) print_line("a preview: nothing was stored");
}

}  // namespace app
