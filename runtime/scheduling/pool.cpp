#include "runtime/scheduling/pool.hpp"
