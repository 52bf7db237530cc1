#include "runtime/execution/slot_runner.hpp"
