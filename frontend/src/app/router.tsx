import {
  createHashHistory,
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
} from '@tanstack/react-router'
import { CohortPage } from '../pages/cohort/CohortPage'
import { HomePage } from '../pages/home/HomePage'
import { ErrorPage, LostPage } from './ErrorPage'
import { Shell } from './Shell'

const root = createRootRoute({
  component: Shell,
  notFoundComponent: LostPage,
  errorComponent: ErrorPage,
})

const text = (value: unknown) => (typeof value === 'string' && value ? value : undefined)

const routes = [
  createRoute({ getParentRoute: () => root, path: '/', component: HomePage }),
  createRoute({ getParentRoute: () => root, path: '/cohort', component: CohortPage }),
  createRoute({
    getParentRoute: () => root,
    path: '/model',
    validateSearch: (search): { model?: string } => ({ model: text(search.model) }),
    component: lazyRouteComponent(() => import('../pages/model/ModelPage'), 'ModelPage'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/dictionary',
    validateSearch: (search): { q?: string; dataset?: string; field?: string } => ({
      q: text(search.q),
      dataset: text(search.dataset),
      field: text(search.field),
    }),
    component: lazyRouteComponent(
      () => import('../pages/dictionary/DictionaryPage'),
      'DictionaryPage',
    ),
  }),
] as const

export const makeRouter = () =>
  createRouter({
    routeTree: root.addChildren(routes),
    history: createHashHistory(),
    defaultErrorComponent: ErrorPage,
  })

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof makeRouter>
  }
}
