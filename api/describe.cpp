// Writes the OpenAPI description of the service into the file named, for the build of web/: its
// types are made from it.
#include <fstream>
#include <iostream>

#include <boost/json.hpp>

#include "api/openapi.hpp"

int main(int count, char** arguments) {
    if (count != 2) {
        std::cerr << "api_describe: name the file to write\n";
        return 2;
    }
    std::ofstream out(arguments[1]);
    out << boost::json::serialize(api::openapi_of(api::routes())) << '\n';
    return out.flush() ? 0 : 1;
}
