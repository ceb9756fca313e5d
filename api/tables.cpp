#include "api/tables.hpp"

#include "base/json/described.hpp"
#include "service/labels/dashboard.hpp"

namespace api {

namespace {

using service::BoardFormat;

bool wants_csv(const Request& request) {
    if (auto named = request.parameter("format"))
        return base::parse<BoardFormat>(*named) == BoardFormat::csv;
    auto accepted = request.header("accept");
    return accepted.find("text/csv") != accepted.npos;
}

}  // namespace

std::optional<Response> as_table(const Request& request, const base::Answer& answer) {
    const auto* board = answer.as<service::Dashboard>();
    if (!board || !wants_csv(request)) return std::nullopt;
    Response response;
    response.media_type = "text/csv; charset=utf-8";
    response.body = service::csv_of(*board);
    response.set("Content-Disposition", "attachment; filename=\"dashboard.csv\"");
    response.set("Vary", "Accept");
    return response;
}

}  // namespace api
