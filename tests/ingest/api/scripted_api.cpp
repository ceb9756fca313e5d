#include "tests/ingest/api/scripted_api.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <boost/json.hpp>

#include "ingest/sources/api/times.hpp"

namespace test {

namespace json = boost::json;
using ingest::api::Request;
using ingest::api::Response;

namespace {

std::string decoded(const std::string& text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%') {
            out += static_cast<char>(std::stoi(text.substr(i + 1, 2), nullptr, 16));
            i += 2;
        } else {
            out += text[i];
        }
    }
    return out;
}

json::object to_json(const ScriptedApi::Item& item) {
    json::object object{
        {"id", item.id}, {"name", fmt::format("item {}", item.id)}, {"updated_at", item.updated}};
    if (!item.parent.empty()) object["parent"] = item.parent;
    return object;
}

}  // namespace

void ScriptedApi::fill(int count) {
    items.clear();
    for (int i = 1; i <= count; ++i)
        items.push_back(
            {i, ingest::api::written(now - std::chrono::minutes(10'000 - i), "datetime"), ""}
        );
}

std::map<std::string, std::string> ScriptedApi::query_of(const std::string& url) {
    std::map<std::string, std::string> query;
    auto at = url.find('?');
    while (at != url.npos) {
        auto end = url.find('&', at + 1);
        auto part = url.substr(at + 1, end == url.npos ? url.npos : end - at - 1);
        auto equals = part.find('=');
        query[decoded(part.substr(0, equals))] = decoded(part.substr(equals + 1));
        at = end;
    }
    return query;
}

std::string ScriptedApi::path_of(const std::string& url) {
    auto start = url.find('/', url.find("://") + 3);
    return url.substr(start, url.find('?') - start);
}

Response ScriptedApi::answer(const Request& request) {
    auto query = query_of(request.url);
    auto path = path_of(request.url);
    auto sent =
        !request.body.starts_with('{') ? json::value(json::object{}) : json::parse(request.body);
    if (sent.is_object())
        for (const auto& member : sent.get_object())
            query[member.key()] = member.value().is_string()
                                      ? std::string(member.value().get_string())
                                      : json::serialize(member.value());
    auto chosen = items;
    auto keep = [&](auto&& fits) {
        std::erase_if(chosen, [&](const Item& item) { return !fits(item); });
    };
    if (path.starts_with("/v1/parents/"))
        keep([&](const Item& item) { return "/v1/parents/" + item.parent + "/items" == path; });
    if (query.contains("since"))
        keep([&](const Item& item) { return item.updated >= query["since"]; });
    if (query.contains("to"))
        keep([&](const Item& item) {
            return item.updated >= query["from"] && item.updated < query["to"];
        });
    std::stable_sort(chosen.begin(), chosen.end(), [](const Item& a, const Item& b) {
        return a.updated < b.updated;
    });
    if (query.contains("after")) {
        int tie = query.contains("tie") ? std::stoi(query["tie"]) : -1;
        keep([&](const Item& item) {
            if (tie < 0) return item.updated >= query["after"];
            return item.updated > query["after"] ||
                   (item.updated == query["after"] && item.id > tie);
        });
    }
    if (path == "/v1/parents") {
        json::array parents;
        for (const auto* name : {"a", "b", "c"}) parents.push_back(json::object{{"id", name}});
        return {200, {}, json::serialize(parents), ""};
    }
    std::size_t size = static_cast<std::size_t>(
        std::min(query.contains("limit") ? std::stoi(query["limit"]) : page_size, cap)
    );
    std::size_t offset = 0;
    if (query.contains("offset")) offset = std::stoul(query["offset"]);
    if (query.contains("page")) offset = (std::stoul(query["page"]) - 1) * size;
    if (query.contains("cursor")) offset = std::stoul(query["cursor"].substr(1));
    json::array page;
    for (auto i = offset; i < std::min(offset + size, chosen.size()); ++i)
        page.push_back(to_json(chosen[i]));
    auto next = offset + page.size();
    bool more = next < chosen.size();
    json::object body{{"data", page}, {"total", chosen.size()}, {"more", more}};
    Response response{200, {{"Content-Type", "application/json"}}, "", ""};
    if (more) {
        body["next"] = fmt::format("c{}", next);
        body["next_url"] = fmt::format("{}?cursor=c{}", path, next);
        response.headers.emplace_back("X-Next", fmt::format("c{}", next));
        response.headers.emplace_back(
            "link",
            fmt::format(
                "<https://api.test{0}?cursor=c0>; rel=\"first\", <?cursor=c{1}>; title=\"a, b\"; "
                "rel=\"next last\"",
                path,
                next
            )
        );
    }
    response.body = json::serialize(body);
    return response;
}

ingest::api::World ScriptedApi::world() {
    ingest::api::World world;
    world.send = [this](const Request& request) {
        requests.push_back(request);
        auto truth = answer(request);
        return script ? script(static_cast<int>(requests.size()), request, truth) : truth;
    };
    world.clock.now = [this] { return now; };
    world.clock.sleep = [this](std::chrono::milliseconds span) {
        slept += span;
        now += span;
        return !stop;
    };
    world.secrets.load = [this](const std::string& reference) { return secrets.at(reference); };
    world.secrets.replace = [this](const std::string& reference, const std::string& value) {
        secrets[reference] = value;
    };
    return world;
}

}  // namespace test
