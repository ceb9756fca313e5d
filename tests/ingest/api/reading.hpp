#pragma once

#include <set>

#include <fmt/format.h>
#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "base/error.hpp"
#include "base/settings/settings.hpp"
#include "ingest/sources/api/connector.hpp"
#include "ingest/sources/api/pointer.hpp"
#include "ingest/sources/api/times.hpp"
#include "ingest/sources/api/verdict.hpp"
#include "tests/ingest/api/scripted_api.hpp"

namespace api_reading {

namespace json = boost::json;
using Catch::Contains;
using ingest::Page;
using ingest::api::Request;
using ingest::api::Response;
using test::ScriptedApi;
using namespace std::chrono_literals;

inline ingest::api::Spec spec_of(const std::string& stream, const std::string& rest = {}) {
    auto text = R"({"base_url":"https://api.test/v1/")" + std::string(rest.empty() ? "" : ",") +
                rest +
                R"(,"stream":[{"name":"items","path":"/items","records":"/data","key":"/id")" +
                (stream.empty() ? "" : ",") + stream + "}]}";
    return ingest::api::Spec::settings.read(base::Document::json(text));
}

struct Read {
    std::vector<std::string> keys;
    std::vector<std::string> cursors;  // behind each page
    std::vector<schema::Reject> rejects;
    std::optional<ingest::Parked> parked;
    std::string bookmark;
};

inline Read read_all(
    const ingest::api::Spec& spec,
    ScriptedApi& api,
    const std::string& cursor = {},
    const std::string& bookmark = {},
    std::size_t records = 7
) {
    auto connector = ingest::api::open_api(spec, api.world(), cursor, bookmark);
    Read read;
    for (bool more = true; more;) {
        Page page;
        more = connector->next(page, records, 1 << 20);
        for (const auto& record : page.records) read.keys.emplace_back(record.key);
        for (const auto& reject : page.rejects) read.rejects.push_back(reject);
        if (more) read.cursors.push_back(page.cursor);
    }
    read.parked = connector->parked();
    read.bookmark = connector->bookmark();
    return read;
}

inline std::vector<std::string> numbers(int from, int to) {
    std::vector<std::string> all;
    for (int i = from; i <= to; ++i) all.push_back(std::to_string(i));
    return all;
}

inline const std::vector<std::pair<std::string, std::string>> paginators{
    {"page",
     R"("query":{"page":"{page}","limit":"{limit}"},"paginator":{"kind":"page","size":10})"},
    {"offset",
     R"("query":{"offset":"{offset}","limit":"{limit}"},"paginator":{"kind":"offset","size":10})"},
    {"cursor", R"("query":{"cursor":"{cursor}"},"paginator":{"kind":"cursor","pointer":"/next"})"},
    {"header cursor",
     R"("query":{"cursor":"{cursor}"},"paginator":{"kind":"cursor","header":"x-next"})"},
    {"link header", R"("paginator":{"kind":"link_header"})"},
    {"next url", R"("paginator":{"kind":"next_url","pointer":"/next_url"})"},
    {"post body",
     R"("method":"POST","body":{"offset":"{offset}","limit":"{limit}"},"paginator":{"kind":"offset","size":10,"more":"/more"})"},
    {"keyset",
     R"("query":{"after":"{cursor}","tie":"{tie}","limit":"{limit}"},"paginator":{"kind":"keyset","pointer":"/updated_at","tie":"/id","size":10})"},
    {"keyset without a tie",
     R"("query":{"after":"{cursor}","limit":"{limit}"},"paginator":{"kind":"keyset","pointer":"/updated_at","size":10})"},
};

}  // namespace api_reading
