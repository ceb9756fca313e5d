// Statements in libpq's pipeline mode.
//
// Only prepared statements go this way, prepared before, so that the server plans none of them
// anew. All answers are read up to the one that ends the pipeline, whatever they say: only then can
// the connection be used again, by the next statement or by the rollback.
#include "base/database/batch.hpp"

#include <bit>
#include <cstring>
#include <stdexcept>
#include <type_traits>

#include <fmt/format.h>
#include <libpq-fe.h>
#include <boost/endian/conversion.hpp>

#include "base/database/connection.hpp"
#include "base/error.hpp"

namespace base {

namespace {

using Result = std::unique_ptr<PGresult, decltype(&PQclear)>;

// Leaves pipeline mode, in which the connection is of no use to others.
struct Pipeline {
    explicit Pipeline(PGconn* connection) : raw(connection) {
        if (PQenterPipelineMode(raw) != 1) throw pqxx::broken_connection(PQerrorMessage(raw));
    }
    ~Pipeline() { PQexitPipelineMode(raw); }
    PGconn* raw;
};

// Types of columns by the numbers that the server gives them (pg_type.dat).
enum TypeId : Oid {
    boolean = 16,
    bytea = 17,
    int8 = 20,
    int2 = 21,
    int4 = 23,
    text = 25,
    float8 = 701,
    float8_array = 1022,
    varchar = 1043,
    first_own = 16384,  // types that a database defines, of which ours are enums
};

template <typename T>
T big_endian(const char* bytes) {
    std::make_unsigned_t<T> value = 0;
    std::memcpy(&value, bytes, sizeof value);
    return static_cast<T>(boost::endian::big_to_native(value));
}

void check_sent(PGconn* raw, int sent) {
    if (sent != 1) throw pqxx::broken_connection(PQerrorMessage(raw));
}

}  // namespace

int Rows::size() const {
    return PQntuples(result_.get());
}
void Rows::check_types() const {
    auto* result = result_.get();
    for (int i = 0; i < PQnfields(result); ++i) {
        switch (auto type = PQftype(result, i)) {
            case boolean:
            case bytea:
            case int8:
            case int2:
            case int4:
            case text:
            case float8:
            case float8_array:
            case varchar:
                break;
            default:
                if (type < first_own)
                    throw std::logic_error(
                        std::string("column ") + PQfname(result, i) +
                        " has a type that is not read in binary form"
                    );
        }
    }
}
int Rows::column_number(const char* name) const {
    auto number = PQfnumber(result_.get(), ('"' + std::string(name) + '"').c_str());
    if (number < 0) throw pqxx::argument_error("no column '" + std::string(name) + "'");
    return number;
}
bool Rows::Field::is_null() const {
    return PQgetisnull(rows_.result_.get(), row_, column_) == 1;
}
const char* Rows::Field::c_str() const {
    return PQgetvalue(rows_.result_.get(), row_, column_);
}
std::size_t Rows::Field::size() const {
    return static_cast<std::size_t>(PQgetlength(rows_.result_.get(), row_, column_));
}
const char* Rows::Field::name() const {
    return PQfname(rows_.result_.get(), column_);
}
bool Rows::Field::is_binary() const {
    return PQfformat(rows_.result_.get(), column_) == 1;
}
std::int64_t Rows::Field::integer() const {
    switch (PQftype(rows_.result_.get(), column_)) {
        case boolean:
            return big_endian<std::int8_t>(c_str());
        case int2:
            return big_endian<std::int16_t>(c_str());
        case int4:
            return big_endian<std::int32_t>(c_str());
        case int8:
            return big_endian<std::int64_t>(c_str());
        default:
            throw std::logic_error(std::string("column ") + name() + " is no integer");
    }
}
void Rows::Field::refuse(std::int64_t value) const {
    throw std::logic_error(fmt::format("column {} holds {}, which does not fit", name(), value));
}
double Rows::Field::number() const {
    if (PQftype(rows_.result_.get(), column_) != float8)
        throw std::logic_error(std::string("column ") + name() + " is no double");
    return std::bit_cast<double>(big_endian<std::int64_t>(c_str()));
}

std::int64_t Batch::round_trips(const Tx& tx) {
    return tx.connection_.round_trips;
}

const Rows& Batch::rows(std::size_t place) {
    if (place >= rows_.size()) run();
    const auto& rows = rows_.at(place);
    if (statements_[place].is_binary) rows.check_types();
    return rows;
}

void Batch::run() {
    const auto first = rows_.size();
    if (first == statements_.size()) return;
    auto& connection = tx_.connection_;
    const auto trips = connection.round_trips + 1;
    std::vector<std::string> names;
    for (auto i = first; i < statements_.size(); ++i) {
        for (const auto& value : statements_[i].values)
            if (value) Tx::check(*value);
        names.push_back(tx_.prepared(statements_[i].sql));
        connection.prepare_now(names.back());
    }
    connection.round_trips = trips;
    auto* raw = connection.raw();
    std::string state, message;
    std::size_t failed = statements_.size();
    {
        Pipeline pipeline(raw);
        for (auto i = first; i < statements_.size(); ++i) {
            std::vector<const char*> values;
            for (const auto& value : statements_[i].values)
                values.push_back(value ? value->c_str() : nullptr);
            check_sent(
                raw,
                PQsendQueryPrepared(
                    raw,
                    names[i - first].c_str(),
                    static_cast<int>(values.size()),
                    values.data(),
                    nullptr,
                    nullptr,
                    statements_[i].is_binary ? 1 : 0
                )
            );
        }
        check_sent(raw, PQpipelineSync(raw));
        for (auto i = first; i < statements_.size(); ++i) {
            while (auto* one = PQgetResult(raw)) {
                Result result(one, PQclear);
                auto status = PQresultStatus(one);
                if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK) {
                    rows_.push_back(Rows(std::shared_ptr<PGresult>(result.release(), PQclear)));
                } else if (status != PGRES_PIPELINE_ABORTED && message.empty()) {
                    const char* told = PQresultErrorField(one, PG_DIAG_SQLSTATE);
                    state = told ? told : "";
                    message = PQresultErrorMessage(one);
                    failed = i;
                }
            }
            if (PQstatus(raw) != CONNECTION_OK) break;
        }
        if (PQstatus(raw) == CONNECTION_OK) Result(PQgetResult(raw), PQclear);  // of the sync
    }
    if (rows_.size() == statements_.size()) return;
    if (state.empty()) throw pqxx::broken_connection(PQerrorMessage(raw));  // no server said it
    throw pqxx::sql_error(message, std::string(statements_[failed].sql), state.c_str());
}

}  // namespace base
