#include "runtime/workspace/slot.hpp"
