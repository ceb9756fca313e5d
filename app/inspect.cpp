#include "app/commands.hpp"
namespace app { void add_inspect(CLI::App&, Context&) {} }
