#include "runtime/workspace/delivery.hpp"
