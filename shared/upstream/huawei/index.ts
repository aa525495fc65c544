export { getHuawei } from './api'
