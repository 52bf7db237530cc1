#include "runtime/execution/fixit.hpp"
