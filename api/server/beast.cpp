// Beast's own code, compiled once; base/run/asio.cpp does the same for Asio.
#include <boost/beast/src.hpp>
